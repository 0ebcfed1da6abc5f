"""Is somebody free: a week of slots, one time, two hundred times. Among as many occupancies as `--occupancies` says.

A week is asked for as the page of a service asks, by nobody in particular; the others need somebody signed in. The bare
SQL is the look at the occupancy table, which is the part that could grow with it.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from functools import partial
from urllib.parse import urlencode

from bench.busy_world import busy_specialists
from bench.scenario import Database, Load, Scenario, Work, spread
from bench.scenarios.me import enough_people, token_for
from bench.wire import Request, get, post
from catalog.models import Service, Specialist
from catalog.selectors.busy import statement
from common import clock
from common.timeranges import TimeRange

# As many calendars are asked about, however many there are, so that only the table is another.
ASKED = 250
CALLERS = 50
HALF_AN_HOUR = timedelta(minutes=30)
BULK = 200

Ask = Callable[[Specialist, str], tuple[Request, list[TimeRange]]]


def slots_of_a_week(specialist: Specialist, _token: str) -> tuple[Request, list[TimeRange]]:
    begin = _tomorrow(specialist)
    service = Service.objects.only("pk").get(owner=specialist)
    days = {"start_date": begin.date(), "end_date": begin.date() + timedelta(days=6), "service_id": service.pk}
    path = f"/api/v1/specialists/{specialist.pk}/availability?{urlencode(days)}"
    return get(path), [TimeRange.lasting(begin, timedelta(days=7))]


def one_time(specialist: Specialist, token: str) -> tuple[Request, list[TimeRange]]:
    asked = TimeRange.lasting(_tomorrow(specialist) + timedelta(hours=11), timedelta(hours=1))
    query = {"specialist_id": specialist.pk, **_written(asked)}
    return get(f"/api/v1/availability?{urlencode(query)}", token=token), [asked]


def many_times(specialist: Specialist, token: str) -> tuple[Request, list[TimeRange]]:
    begin = _tomorrow(specialist) + timedelta(hours=9)
    asked = [TimeRange.lasting(begin + n * HALF_AN_HOUR, HALF_AN_HOUR) for n in range(BULK)]
    body = {"specialist_id": str(specialist.pk), "time_slots": [_written(each) for each in asked]}
    return post("/api/v1/availability/bulk", body, token=token), asked


def asking(ask: Ask, _database: Database) -> Load:
    specialists = busy_specialists()
    asked = specialists[:: max(1, len(specialists) // ASKED)][:ASKED]
    tokens = [token_for(person) for person in enough_people()[:CALLERS]]
    requests, works = [], []
    for number, specialist in enumerate(asked):
        request, times = ask(specialist, tokens[number % len(tokens)])
        requests.append(request)
        works.append(look_at(specialist, times))
    return Load(requests=partial(spread, requests), bare_sql=partial(spread, works))


def look_at(specialist: Specialist, times: list[TimeRange]) -> Work:
    return [statement([specialist.calendar], times)]


def _tomorrow(specialist: Specialist) -> datetime:
    zone = specialist.calendar.zone
    return datetime.combine(clock.today(zone) + timedelta(days=1), time.min, zone)


def _written(asked: TimeRange) -> dict[str, str]:
    return {"start_time": asked.start.isoformat(), "end_time": asked.end.isoformat()}


SCENARIOS = [
    Scenario("slots-week", partial(asking, slots_of_a_week), budget_ms=5.0),
    Scenario("availability", partial(asking, one_time), budget_ms=3.0),
    Scenario("availability-bulk", partial(asking, many_times), budget_ms=25.0),
]
