"""`bin/bench`: what a request costs on a production-shaped server, beside the bare SQL that nothing can beat.

Reads processor times from /proc, so it runs on Linux only. All traffic goes to 127.0.0.1.
"""
