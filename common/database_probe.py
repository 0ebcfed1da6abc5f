"""Asks the database one question over a connection of its own, outside of Django's pool and transactions.

For health and start-up checks: a pool that is busy serving people is no illness, and a pool that was opened before a
process forks would be shared by its children.
"""

from typing import Any

import psycopg
from django.db import connection


def ask_database(question: str, *, seconds: int) -> list[tuple[Any, ...]]:
    """The rows of the answer. Raises `psycopg.Error` if there is none within about `seconds`."""
    parameters = connection.get_connection_params()
    # Django's cursors want to know Django's connection.
    parameters.pop("cursor_factory", None)
    parameters["connect_timeout"] = seconds
    # The last word wins, so this timeout replaces the one of ordinary statements.
    parameters["options"] = f"{parameters.get('options', '')} -c statement_timeout={seconds * 1000}"
    with psycopg.connect(**parameters, autocommit=True) as link:
        return link.execute(question).fetchall()
