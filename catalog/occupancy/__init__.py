"""The single writer of time: whatever takes, moves or gives back time on a calendar comes through here.

- One claim is one `INSERT … ON CONFLICT DO NOTHING`: it waits for a rival that has not decided yet, and then either has
  the time or has no row, which is the 409. It takes no other lock, so it can wait in no circle.
- Everything else (several claims, moves, releases, closures) first takes the advisory locks of its calendars, in the
  order of their numbers. Only a hold that becomes a booking as it is takes none: its rows get another name.
- A transaction makes one of these calls. What needs two calendars takes them by one `claim_all`, what leaves one for
  another goes by `move` or `hand_over`: two separate calls could meet two others in the opposite order and wait for
  one another.

All of it runs in the caller's transaction, announces `availability.changed` and moves the calendars' versions on.
"""

from catalog.occupancy.claims import Claim, claim, claim_all, hand_over, move, release, take
from catalog.occupancy.closures import rewrite_closures
from catalog.occupancy.rows import announce, lock

__all__ = [
    "Claim",
    "announce",
    "claim",
    "claim_all",
    "hand_over",
    "lock",
    "move",
    "release",
    "rewrite_closures",
    "take",
]
