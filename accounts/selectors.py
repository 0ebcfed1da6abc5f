"""Reads that span models: who is calling, and everything a profile shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from accounts.enums import Role, UserType
from accounts.models import Session, User
from notifications.enums import Channel
from notifications.selectors import channels_wanted

Facts = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Profile:
    """A person and what the apps know of them."""

    user: User
    notifications: Mapping[Channel, bool]
    facts: Facts

    @property
    def user_type(self) -> UserType:
        return UserType.SPECIALIST if Role.SPECIALISTS in self.user.group_names else UserType.CUSTOMER

    @property
    def loyalty_points(self) -> int:
        return self.facts.get("loyalty_points", 0)

    @property
    def total_bookings(self) -> int:
        return self.facts.get("total_bookings", 0)


def find_session(session_id: UUID, user_id: UUID) -> Session | None:
    """The session and, at `session.user`, the person as their rows are now; revoked, blocked and erased ones too.

    Every request of a signed-in person begins with this read, so its SQL is compiled once and not by the ORM each time,
    which would cost more than PostgreSQL and the rest of authentication together.
    """
    sql, session_columns, user_columns = _session_statement()
    with connection.cursor() as cursor:
        cursor.execute(sql, [session_id, user_id])
        row = cursor.fetchone()
    if row is None:
        return None
    width = len(session_columns)
    session = Session.from_db(connection.alias, session_columns, row[:width])
    session.user = User.from_db(connection.alias, user_columns, row[width:])
    return session


@cache
def _session_statement() -> tuple[str, list[str], list[str]]:
    """The ORM's own statement with places for the ids, and the columns that it reads of either table."""
    nobody = UUID(int=0)
    query = Session._base_manager.select_related("user").filter(pk=nobody, user=nobody).query
    sql, _ = query.sql_with_params()
    session_columns, user_columns = (
        [field.attname for field in model._meta.concrete_fields] for model in (Session, User)
    )
    return sql, session_columns, user_columns


def profile_of(user: User) -> Profile:
    """One query, and what the functions in `PROFILE_FACTS` ask: each returns its figures for a user, in one query."""
    facts: dict[str, int] = {}
    for path in settings.PROFILE_FACTS:
        facts |= _facts(path)(user)
    return Profile(user, channels_wanted(user), facts)


@cache
def _facts(path: str) -> Callable[[User], Facts]:
    found: Callable[[User], Facts] = import_string(path)
    return found
