"""What is done to one booking, each alone: made, read, listed, moved, called off; and a series of a year at once.

Every request has a time of its own, so nothing is refused and the last run finds what the first one found, among as
many bookings as `--bookings` says.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial
from itertools import count, cycle, islice

from django.db import transaction

from accounts.models import User
from bench.booked import copy_bookings, pattern
from bench.booking_sql import booked, cancelled, moved
from bench.busy_world import REGULAR
from bench.copying import bulk_writing
from bench.open_time import HOURS_OF_A_WEEK, FreeHours
from bench.people import FAR_AHEAD, specialists
from bench.scenario import Database, Load, Scenario, Work, spread
from bench.scenarios.me import enough_people, token_for
from bench.wire import Request, get, post
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.selectors.bookings import shown
from catalog.models import Occupancy, Service, Specialist
from common.platform import update_platform_settings

PATH = "/api/v1/bookings"
CALLERS, READERS = 100, 200
SPECIALISTS = 1_000
# More than a machine makes of them in one run.
BOOKED_IN_A_RUN, SERIES_IN_A_RUN, CANCELLED_IN_A_RUN = 20_000, 500, 2_000
RUNS_OF_CANCELLING = 15
PAGE = 20
A_YEAR = [timedelta(weeks=n) for n in range(52)]
A_WEEK_OF_RUNS = 2 * SPECIALISTS


def creating(_database: Database) -> Load:
    made = specialists("create", SPECIALISTS, FAR_AHEAD)
    hours, like, tokens = FreeHours(made, BOOKED_IN_A_RUN), pattern(), _tokens()
    services = _services(made)

    def requests(_take: int) -> Iterator[Request]:
        for (whose, start), token in zip(hours.for_a_run(), cycle(tokens)):
            body = {"service_id": services[whose], "start_time": start.isoformat(), "notes": "About marketing"}
            yield post(PATH, body, token=token)

    def bare_sql(_take: int) -> Iterator[Work]:
        return (booked(like, whose, [start]) for whose, start in hours.for_a_run())

    return Load(requests=requests, bare_sql=bare_sql)
