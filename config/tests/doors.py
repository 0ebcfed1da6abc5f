"""What the tests of authorisation share: the apps' tables, one caller of each kind, and requests as each of them."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings as project
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client

from accounts.enums import Role, ServiceScope
from accounts.models import ServiceKey, User
from accounts.roles import StaffRole
from accounts.tests.services_cast import KEY, clinic, keyed
from accounts.tests.tokens import token_of
from catalog.services.specialists import own_specialist
from common import clock
from common.ids import new_id
from common.tests.access_tables import PEOPLE, Caller, Route, Thing
from config.tests.api_routes import ROOT

TABLES = [f"{path.parts[-3]}.tests.authorisation" for path in project.BASE_DIR.glob("*/tests/authorisation.py")]
LINES = [line for name in TABLES for line in import_module(name).ROUTES.items()]
ROUTES: dict[str, Route] = dict(LINES)

GROUPS: dict[Caller, str] = {
    Caller.SPECIALIST: Role.SPECIALISTS,
    Caller.PARTNER: Role.PARTNERS,
    Caller.SUPPORT: StaffRole.SUPPORT,
    Caller.FINANCE: StaffRole.FINANCE,
    Caller.ADMIN: StaffRole.ADMIN,
    Caller.SUPER_ADMIN: StaffRole.SUPER_ADMIN,
}
IN_PATH = "path"
PARAMETER = re.compile(r"\{\w+\}")
Ask = Callable[[dict[str, Any]], Callable[[], Any]]


@dataclass(frozen=True)
class Cast:
    """One user for each kind of caller, and Charlie, who has something of everything that nobody else may see."""

    users: dict[Caller, User]
    charlie: User
    # One for all of them, because each would load the middleware anew.
    client: Client

    def headers(self, caller: Caller) -> dict[str, str]:
        if caller is Caller.ANONYMOUS:
            return {}
        if caller is Caller.SERVICE:
            return {"Authorization": f"Api-Key {KEY}"}
        return {"Authorization": f"Bearer {token_of(self.users[caller])}"}

    def owner(self, caller: Caller) -> User:
        return self.users.get(caller, self.charlie)


def cast_of_callers() -> Cast:
    """In a handful of statements, and without hashing a password."""
    users = {
        caller: User(email=f"{caller.name.lower()}@example.com", is_staff=GROUPS.get(caller) in set(StaffRole))
        for caller in PEOPLE
    }
    charlie = User(email="charlie@example.com", first_name="Charlie")
    User.objects.bulk_create([*users.values(), charlie])
    groups = {group.name: group for group in Group.objects.all()}
    members = [(users[caller], name) for caller, name in GROUPS.items()]
    members += [(charlie, Role.SPECIALISTS), (charlie, Role.PARTNERS)]
    joined = User.groups.through
    joined.objects.bulk_create([joined(user=user, group=groups[name]) for user, name in members])
    for specialist in (users[Caller.SPECIALIST], charlie):
        own_specialist(specialist)
    keyed(clinic(*ServiceScope))
    # When a key was used last is noted once a minute, which would be a row written by whatever comes first.
    ServiceKey.objects.update(last_used_at=clock.now())
    return Cast(users, charlie, Client())


def asking(call: str, route: Route, caller: Caller, cast: Cast) -> Ask:
    """Makes the line's request with these ids, in the path and among what is sent, ready to be sent as the caller."""
    method, _, path = call.partition(" ")
    headers = cast.headers(caller)

    def ask(ids: dict[str, Any]) -> Callable[[], Any]:
        named = {name: str(each) for name, each in ids.items()}
        first = named.pop(IN_PATH, "")
        # A second id of the path is named as the path does.
        place = ROOT + PARAMETER.sub(lambda found: named.pop(found[0].strip("{}"), first), path)
        sent = {**(route.sent(cast.owner(caller)) or {}), **named}
        if method == "GET":
            return lambda: cast.client.get(place, sent, headers=headers)
        body = b"" if route.sends is None and not named else json.dumps(sent).encode()
        return lambda: cast.client.generic(method, place, body, "application/json", headers=headers)

    return ask


@contextmanager
def undone() -> Iterator[None]:
    """Whatever was made or changed is not there afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@contextmanager
def nothing_is_written(told: str) -> Iterator[None]:
    """Not one row of any table is inserted, changed or deleted meanwhile, audit and outbox included."""
    before = _rows_written()
    yield
    assert _rows_written() == before, told


def _rows_written() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(n_tup_ins + n_tup_upd + n_tup_del) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


def other_id(thing: Thing, cast: Cast, *, is_hidden: bool) -> Any:
    return thing.unseen(cast.charlie).pk if is_hidden else new_id()


def things_of(route: Route) -> list[tuple[str, Thing]]:
    """What the request names, the id of the path first."""
    return [*([(IN_PATH, route.thing)] if route.thing else []), *route.names.items()]
