"""The words in which an app says who may call its routes.

Every app keeps a table `ROUTES` in `<app>/tests/authorisation.py`, one line for each route of the OpenAPI document:

    ROUTES = {
        "POST /auth/register": may(EVERYBODY, answers=400),
        "GET /users/addresses/{id}": own(PEOPLE, ADDRESS),
        "GET /specialists/{id}": shared(EVERYBODY, SPECIALIST),
        "GET /availability": may(PEOPLE, sends=an_hour, names={"resource_id": RESOURCE}),
    }

`config/tests/test_authorisation.py` finds the tables by themselves and calls every route as every caller. A route
without a line fails there, and so does a line without a route. What it asks of each line:

- Callers who are not named are refused: 401 without a sign-in, else `others` (403 unless the line says otherwise).
  A service's key counts as no sign-in where people are at home. `answers_to` tells single callers something else.
- Callers who are named get `answers` for what is theirs. Where the data sent is beside the point, an empty body that
  is refused by its fields (400) shows as well that the door was passed.
- What they must not see is answered byte by byte as what does not exist (404), whether its id stands in the path or,
  under `names`, in the body or query, or in the path a second time under the path's own name for it.
- Nothing that is refused has written a single row of any table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Caller(StrEnum):
    ANONYMOUS = "anonymous"
    CUSTOMER = "customer"
    SPECIALIST = "specialist"
    PARTNER = "partner"
    SUPPORT = "support"
    FINANCE = "finance"
    ADMIN = "admin"
    SUPER_ADMIN = "super admin"
    SERVICE = "service account"


EVERYBODY = frozenset(Caller)
# Whom an endpoint of people takes for nobody.
UNKNOWN = frozenset({Caller.ANONYMOUS, Caller.SERVICE})
PEOPLE = EVERYBODY - UNKNOWN
STAFF = frozenset({Caller.SUPPORT, Caller.FINANCE, Caller.ADMIN, Caller.SUPER_ADMIN})
SPECIALISTS = frozenset({Caller.SPECIALIST})
PARTNERS = frozenset({Caller.PARTNER})
SERVICES = frozenset({Caller.SERVICE})

Maker = Callable[[Any], Any]
Sent = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]


@dataclass(frozen=True)
class Thing:
    """What an id stands for. `seen` makes one that a given user may see, `unseen` a stranger's that others may not."""

    seen: Maker
    unseen: Maker


def of_its_owner(make: Maker) -> Thing:
    """Each sees only one's own: `make(user)` makes one that belongs to the user."""
    return Thing(make, make)


@dataclass(frozen=True, kw_only=True)
class Route:
    """One line of a table. `sends` is the query of a GET and the body of anything else, or makes it for a user."""

    callers: frozenset[Caller]
    thing: Thing | None = None
    names: Mapping[str, Thing] = field(default_factory=dict)
    sends: Sent | None = None
    answers: int = 200
    answers_to: Mapping[Caller, int] = field(default_factory=dict)
    others: int = 403

    def status_for(self, caller: Caller) -> int:
        """What this caller gets, for what is theirs if they are let in."""
        let_in, unknown = self.answers, 401 if caller in UNKNOWN else self.others
        return self.answers_to.get(caller, let_in if caller in self.callers else unknown)

    def sent(self, owner: Any) -> dict[str, Any] | None:
        found = self.sends(owner) if callable(self.sends) else self.sends
        return None if found is None else dict(found)


def may(callers: frozenset[Caller], **rest: Any) -> Route:
    """A route without an object: these callers may, nobody else."""
    return Route(callers=callers, **rest)


def own(callers: frozenset[Caller], thing: Thing, **rest: Any) -> Route:
    """These callers may, each with what is theirs."""
    return Route(callers=callers, thing=thing, **rest)


def shared(callers: frozenset[Caller], thing: Thing, **rest: Any) -> Route:
    """These callers may, with what is shown to all of them; `thing.unseen` is what is not shown."""
    return Route(callers=callers, thing=thing, **rest)
