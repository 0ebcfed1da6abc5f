"""Ids are UUIDv7: they sort by creation, so indexes grow at one end and lists page by id.

Each model's id has a type of its own (`UserId = NewType("UserId", UUID)` beside the model), so mypy refuses a
booking's id where a user's is wanted.
"""

from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7; within one process each is greater than the one before."""
    return uuid7()


def first_id_of(moment: datetime) -> UUID:
    """The least id that could have been made at `moment`: what was made earlier has a smaller one.

    Lets a purge walk the primary key instead of keeping an index on a time.
    """
    return UUID(int=int(moment.timestamp() * 1000) << 80)
