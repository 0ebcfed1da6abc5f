"""PostgreSQL and Redis out of wheels and the commands that start them: what `bin/run`, `bin/test` and `bin/manage` are.

Nothing here reads Django's settings, because the servers must stand before they are read; `provision.py` and
`collected.py` do, and run as processes of their own.
"""
