"""What is done to one booking, each alone: made, read, listed, moved, called off; and a series of a year at once.

Every request has a time of its own, so that none is refused and the last run finds the world as the first one did,
with as many bookings as `--bookings` says.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import count, cycle, islice
from uuid import UUID

from accounts.models import User
from bench.booked import copy_bookings, pattern
from bench.booking_sql import booked, cancelled, moved
from bench.busy_world import REGULAR
from bench.copying import bulk_writing
from bench.open_time import HOURS_OF_A_WEEK, FreeHours
from bench.people import FAR_AHEAD, customers, specialists
from bench.scenario import Database, Load, Scenario, Work, spread
from bench.scenarios.me import token_for
from bench.wire import Request, get, post
from bookings.models import Booking, TimelineEntry
from bookings.selectors.bookings import latest_first, shown
from catalog.models import Service, Specialist
from common import clock
from common.models import PlatformSettings

PATH = "/api/v1/bookings"
CALLERS = 100
SPECIALISTS = 1_000
# More of them than a machine makes in one run.
BOOKED_IN_A_RUN, SERIES_IN_A_RUN, CANCELLED_IN_A_RUN = 20_000, 500, 2_000
RUNS_OF_CANCELLING = 15
PAGE = 20
A_YEAR_OF_WEEKS = [timedelta(weeks=n) for n in range(52)]

_FREE_TIMES = """
SELECT owner.*, first + make_interval(hours => place) AS starts
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS owner (specialist, service, calendar),
    generate_series(0, %s - 1) AS place, (SELECT %s::timestamptz AS first) AS begin
"""


def creating(_database: Database) -> Load:
    made, like, tokens = specialists("create", SPECIALISTS, FAR_AHEAD), pattern(), _tokens(_callers("create"))
    hours, services = FreeHours(made, BOOKED_IN_A_RUN), _services(made)

    def requests(_take: int) -> Iterator[Request]:
        return (
            post(PATH, {"service_id": services[whose.pk], "start_time": start.isoformat()}, token=token)
            for (whose, start), token in zip(hours.for_a_run(), cycle(tokens), strict=False)
        )

    def bare_sql(_take: int) -> Iterator[Work]:
        return (booked(like, whose, [start]) for whose, start in hours.for_a_run())

    return Load(requests=requests, bare_sql=bare_sql)


def creating_series(_database: Database) -> Load:
    """Each has an hour of the week for itself."""
    made, like, tokens = specialists("series", 2 * SPECIALISTS, FAR_AHEAD), pattern(), _tokens(_callers("series"))
    hours, services = FreeHours(made, SERIES_IN_A_RUN, HOURS_OF_A_WEEK), _services(made)
    rule = f"FREQ=WEEKLY;COUNT={len(A_YEAR_OF_WEEKS)}"

    def requests(_take: int) -> Iterator[Request]:
        return (
            post(
                f"{PATH}/recurring",
                {"service_id": services[whose.pk], "start_time": start.isoformat(), "recurrence_rule": rule},
                token=token,
            )
            for (whose, start), token in zip(hours.for_a_run(), cycle(tokens), strict=False)
        )

    def bare_sql(_take: int) -> Iterator[Work]:
        return (booked(like, whose, [start + weeks for weeks in A_YEAR_OF_WEEKS]) for whose, start in hours.for_a_run())

    return Load(requests=requests, bare_sql=bare_sql)


def reading(_database: Database) -> Load:
    requests, works = [], []
    for person, token in _regulars():
        for booking in Booking.objects.filter(customer=person).order_by("pk")[:PAGE]:
            requests.append(get(f"{PATH}/{booking.pk}", token=token))
            visible = shown(Booking.objects.visible_to(person).filter(pk=booking.pk))
            steps = TimelineEntry.objects.filter(booking=booking).select_related("actor")
            works.append([visible.query.sql_with_params(), steps.query.sql_with_params()])
    return Load(requests=partial(spread, requests), bare_sql=partial(spread, works))


def listing(_database: Database) -> Load:
    """The ids of the page first, and then what is shown of each."""
    requests, works = [], []
    for person, token in _regulars():
        requests.append(get(f"{PATH}?limit={PAGE}", token=token))
        page = latest_first(Booking.objects.visible_to(person)).values_list("pk", flat=True)[:PAGE]
        listed = shown(Booking.objects.filter(pk__in=list(page))).order_by()
        works.append([page.query.sql_with_params(), listed.query.sql_with_params()])
    return Load(requests=partial(spread, requests), bare_sql=partial(spread, works))


def rescheduling(_database: Database) -> Load:
    """Each specialist has one booking, which is moved from hour to hour."""
    PlatformSettings.objects.update_or_create(pk=1, defaults={"reschedule_limit": 100})
    people, made = _callers("move"), specialists("move", SPECIALISTS, FAR_AHEAD)
    own, tokens = _copied(made, people, 1), dict(zip([each.pk for each in people], _tokens(people), strict=True))
    numbers: dict[UUID | None, int] = {each.pk: each.calendar.number for each in made}
    hours = FreeHours(own, BOOKED_IN_A_RUN)

    def requests(_take: int) -> Iterator[Request]:
        return (
            post(
                f"{PATH}/{booking.pk}/reschedule", {"start_time": start.isoformat()}, token=tokens[booking.customer_id]
            )
            for booking, start in hours.for_a_run()
        )

    def bare_sql(_take: int) -> Iterator[Work]:
        return (moved(booking, start, numbers[booking.specialist_id]) for booking, start in hours.for_a_run())

    return Load(requests=requests, bare_sql=bare_sql)


def cancelling(_database: Database) -> Load:
    """Every booking is called off once: half of them by requests, half of them by the bare SQL."""
    people, made = _callers("cancel"), specialists("cancel", SPECIALISTS, FAR_AHEAD)
    each = 2 * CANCELLED_IN_A_RUN * RUNS_OF_CANCELLING // SPECIALISTS
    own, tokens = _copied(made, people, each), dict(zip([each.pk for each in people], _tokens(people), strict=True))
    half = len(own) // 2
    requests = [post(f"{PATH}/{each.pk}/cancel", {}, token=tokens[each.customer_id]) for each in own[:half]]
    works = [cancelled(each) for each in own[half:]]
    # Drivers are forked, so it is the runs that are counted here and not the requests.
    runs = count()

    def of_a_run(_take: int) -> Iterator[Request]:
        begin = next(runs) * CANCELLED_IN_A_RUN % len(requests)
        return islice(cycle(requests), begin, None)

    return Load(requests=of_a_run, bare_sql=partial(spread, works))


def _copied(made: Sequence[Specialist], people: Sequence[User], each: int) -> list[Booking]:
    """So many confirmed bookings with each specialist, an hour after an hour from two months ahead."""
    begin = (clock.now() + timedelta(days=60)).replace(minute=0, second=0, microsecond=0)
    pattern()
    with bulk_writing():
        copy_bookings(made, people, _FREE_TIMES, [each, begin])
    return list(Booking.objects.filter(specialist__in=made).only("customer_id", "specialist_id").order_by("pk"))


def _services(made: Sequence[Specialist]) -> dict[UUID, str]:
    return {owner: str(pk) for owner, pk in Service.objects.filter(owner__in=made).values_list("owner", "pk")}


def _callers(name: str) -> list[User]:
    return customers(f"{name}-caller", CALLERS)


def _tokens(people: Sequence[User]) -> list[str]:
    return [token_for(person) for person in people]


def _regulars() -> list[tuple[User, str]]:
    """Customers with some hundred bookings each."""
    people = list(User.objects.filter(email__startswith=f"{REGULAR}-").order_by("pk")[:CALLERS])
    if not people:
        raise ValueError("There are no bookings to be read: --bookings says how many there shall be.")
    return [(person, token_for(person)) for person in people]


SCENARIOS = [
    Scenario("booking-create", creating, budget_ms=6.0),
    Scenario("booking-get", reading, budget_ms=3.0),
    Scenario("bookings-list", listing, budget_ms=6.0),
    Scenario("booking-reschedule", rescheduling),
    Scenario("booking-cancel", cancelling),
    Scenario("series-of-52", creating_series, budget_ms=60.0),
]
