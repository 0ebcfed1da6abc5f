"""Reads that span models: which person or service is calling, and everything a profile shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from accounts.enums import Role, UserType
from accounts.errors import AccountBlocked
from accounts.keyed_hashes import keyed_hashes
from accounts.models import KnownPerson, ServiceAccount, ServiceKey, Session, User
from common.errors import NotFound, PermissionDenied
from notifications.enums import Channel
from notifications.selectors import channels_wanted

NOBODY = "There is nobody with this id."
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


def find_service_key(raw: str) -> ServiceKey | None:
    """The live key that reads `raw`, with its service."""
    hashes = keyed_hashes("service-key", raw)
    return ServiceKey.objects.live().select_related("service").filter(key_hash__in=hashes).first()


def signing_keys_of(service_id: UUID) -> list[ServiceKey]:
    """The service's live keys, newest first: two while one takes over from the other."""
    return list(ServiceKey.objects.live().select_related("service").filter(service=service_id).order_by("-pk"))


def person_to_act_for(user_id: UUID) -> User:
    """Somebody in whose name a service may act. Staff never are: a service must not gain what they may do."""
    person: User | None = User.objects.filter(pk=user_id, erased_at=None).first()
    if person is None:
        raise NotFound(NOBODY)
    if person.is_staff or person.is_superuser:
        raise PermissionDenied("Nobody acts for members of staff.")
    if not person.is_active:
        raise AccountBlocked
    return person


def is_known_to(service: ServiceAccount, user_id: UUID) -> bool:
    """Whether the service registered them, or they signed in through it."""
    known: bool = KnownPerson.objects.filter(service=service, user=user_id).exists()
    return known


def profile_of(user: User) -> Profile:
    """One query, and what the functions in `PROFILE_FACTS` ask: each returns its figures for a user, in one query."""
    return Profile(user, channels_wanted(user), facts_of(user))


def facts_of(user: User) -> Facts:
    """The figures that the apps keep of somebody, such as `loyalty_points`."""
    facts: dict[str, int] = {}
    for path in settings.PROFILE_FACTS:
        facts |= _facts(path)(user)
    return facts


@cache
def _facts(path: str) -> Callable[[User], Facts]:
    found: Callable[[User], Facts] = import_string(path)
    return found
