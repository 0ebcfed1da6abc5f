"""A day of booking rooms: seven kinds of requests, weighed as a load test of such a service would have them.

It is meant for a hundred clients. Somebody looks at the rooms and hours that others are just booking, and one booking
in ten is of an hour that another took a moment ago: that one is told so (409), which is no error.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from itertools import count, cycle, islice, repeat
from urllib.parse import urlencode

from accounts.models import User
from bench.figures import Limits
from bench.open_time import HOUR, HOURS_OF_A_WEEK, FreeHours
from bench.people import customers, rooms
from bench.scenario import Database, Load, RequestSource, Scenario, mixed, spread
from bench.scenarios.me import token_for
from bench.wire import Request, get, post
from bookings.services.actors import customer
from bookings.services.booking import book_reservation
from catalog.models import Resource
from common.timeranges import TimeRange

API = "/api/v1"
ROOMS, CALLERS, READ = 500, 100, 200
# More than a machine makes in one run of half a minute.
HOURS_IN_A_RUN, SERIES_IN_A_RUN = 20_000, 2_000
RULE = "FREQ=WEEKLY;COUNT=8"
ASKED_AT_ONCE = 10
ONE_IN = 10
REFUSED_OR_NOT = frozenset({201, 409})
LIMITS = Limits(p95_ms=1_000, p99_ms=2_000, error_share=0.05)

Rooms = FreeHours[Resource]


def a_busy_day(_database: Database) -> Load:
    people = customers("load-caller", CALLERS)
    tokens = [token_for(person) for person in people]
    single, repeated = rooms("single", ROOMS), rooms("repeated", ROOMS)
    # Two that count alike, so that what is looked at is what is being booked.
    booked, looked_at = (FreeHours(single, HOURS_IN_A_RUN) for _ in range(2))
    checked, asked_at_once = (FreeHours(single, HOURS_IN_A_RUN) for _ in range(2))
    weekly = FreeHours(repeated, SERIES_IN_A_RUN, HOURS_OF_A_WEEK)
    parts: list[tuple[int, RequestSource]] = [
        (5, lambda _take: repeat(get("/health", part="health"))),
        (35, partial(_looking, "availability", looked_at, tokens)),
        (25, partial(_booking, booked, tokens)),
        (10, partial(_repeating, weekly, tokens)),
        (15, partial(spread, _reading(people, tokens))),
        (8, partial(_looking, "conflicts", checked, tokens)),
        (2, partial(_asking_at_once, asked_at_once, tokens)),
    ]
    return Load(requests=mixed(parts))


def _looking(at: str, hours: Rooms, tokens: Sequence[str], _take: int) -> Iterator[Request]:
    return (
        get(f"{API}/{at}?{urlencode({'resource_id': room.pk, **_hour(start)})}", token=token, part=at)
        for (room, start), token in zip(hours.for_a_run(), cycle(tokens), strict=False)
    )


def _booking(hours: Rooms, tokens: Sequence[str], _take: int) -> Iterator[Request]:
    return (
        post(
            f"{API}/bookings",
            {"resource_id": str(room.pk), "title": "Load", **_hour(start)},
            token=token,
            accepts=REFUSED_OR_NOT,
            part="create single",
        )
        for (room, start), token in zip(_some_twice(hours.for_a_run()), cycle(tokens), strict=False)
    )


def _some_twice(hours: Iterator[tuple[Resource, datetime]]) -> Iterator[tuple[Resource, datetime]]:
    for number, hour in zip(count(1), hours, strict=False):
        yield hour
        if number % (ONE_IN - 1) == 0:
            yield hour


def _repeating(hours: Rooms, tokens: Sequence[str], _take: int) -> Iterator[Request]:
    return (
        post(
            f"{API}/bookings/recurring",
            {"resource_id": str(room.pk), "title": "Load", "recurrence_rule": RULE, **_hour(start)},
            token=token,
            accepts=REFUSED_OR_NOT,
            part="create recurring",
        )
        for (room, start), token in zip(hours.for_a_run(), cycle(tokens), strict=False)
    )


def _asking_at_once(hours: Rooms, tokens: Sequence[str], _take: int) -> Iterator[Request]:
    return (
        post(
            f"{API}/availability/bulk",
            {"resource_id": str(room.pk), "time_slots": [_hour(start + n * HOUR) for n in range(ASKED_AT_ONCE)]},
            token=token,
            part="bulk",
        )
        for (room, start), token in zip(hours.for_a_run(), cycle(tokens), strict=False)
    )


def _reading(people: Sequence[User], tokens: Sequence[str]) -> list[Request]:
    """Reservations by the callers themselves, each with the token of the one whose it is."""
    times = FreeHours(rooms("read", 1), READ).for_a_run()
    callers = cycle(zip(people, tokens, strict=True))
    requests = []
    for (room, start), (person, token) in islice(zip(times, callers, strict=False), READ):
        time = TimeRange.lasting(start, HOUR)
        booking = book_reservation(resource=room, time=time, customer=person, actor=customer(person))
        requests.append(get(f"{API}/bookings/{booking.pk}", token=token, part="details"))
    return requests


def _hour(start: datetime) -> dict[str, str]:
    return {"start_time": start.isoformat(), "end_time": (start + HOUR).isoformat()}


SCENARIOS = [Scenario("load-mix", a_busy_day, limits=LIMITS)]
