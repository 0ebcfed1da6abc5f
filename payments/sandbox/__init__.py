"""A gateway of our own: a system beside the platform that happens to live in the same process.

It has its own tables, its own page where customers pay with cards that do not exist, and its own messages, signed and
sent over HTTP as those of any gateway. The platform reaches it through `gateways/sandbox.py` alone, and it knows
nothing of the platform but the address for its messages. It can be told to misbehave: `manage.py sandbox`.
"""
