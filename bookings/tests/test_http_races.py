"""Sixty-four clients fight for ten rooms over HTTP, against real server processes: nothing overlaps, nothing fails."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection

from accounts.models import User
from accounts.tests.tokens import token_of
from bookings.enums import OCCUPYING
from bookings.management import invariants as of_bookings
from bookings.models import Booking
from bookings.tests.contention import Client, Customer, Record, fight
from catalog.management import invariants as of_calendars
from catalog.models import Occupancy, Resource
from catalog.tests.factories import room
from common import clock
from common.models import PlatformSettings
from common.proofs import prove
from common.tests.deep.children import kill_group, start
from common.timeranges import TimeRange

pytestmark = [pytest.mark.deep, pytest.mark.django_db(transaction=True), pytest.mark.timeout(3_600)]

# Fewer tell how fast it goes: ATTEMPTS=2000 bin/test --deep bookings/tests/test_http_races.py
ATTEMPTS = int(os.environ.get("ATTEMPTS", "100000"))
CLIENTS = 64
ROOMS = 10
WORKERS = os.cpu_count() or 1
# The clock is read before a commit and after it; so long may lie between on a busy machine.
BLUR = timedelta(seconds=5)
OVERLAPPING = """
SELECT count(*) FROM bookings_booking AS one JOIN bookings_booking AS other
    ON one.calendar_id = other.calendar_id AND one.id < other.id
    AND one.starts_at < other.ends_at AND other.starts_at < one.ends_at
WHERE one.status = ANY (%(live)s) AND other.status = ANY (%(live)s)
"""


@pytest.fixture(autouse=True)
def travel() -> None:
    """Servers have a clock of their own, so here it is as late as it is."""


@pytest.fixture
def server(transactional_db: None, tmp_path: Path) -> Iterator[int]:
    """The platform as it is in production: a process for each core, of two threads."""
    PlatformSettings.objects.update_or_create({"duplicate_booking_seconds": 0, "reschedule_limit": 100}, pk=1)
    port = free_port()
    log = tmp_path / "server.log"
    process = start(
        *("granian", "config.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)),
        *("--workers", str(WORKERS), "--blocking-threads", "2", "--backlog", "1024"),
        log=log,
        DJANGO_SETTINGS_MODULE="config.settings",
    )
    try:
        wait_until_it_answers(port, process, log)
        yield port
    finally:
        kill_group(process)


def test_nothing_overlaps_nothing_fails_and_every_refusal_has_a_cause(server: int) -> None:
    """U1, U6, A116 at the size of a bad day."""
    rooms = {str(each.pk): each for each in (room("06:00-22:00", name=f"Room {number}") for number in range(ROOMS))}
    customers = [
        Customer(str(token_of(User.objects.create_user(f"alice{n}@example.com")))) for n in range(CLIENTS // 2)
    ]
    day = (clock.now() + timedelta(days=3)).astimezone(UTC).replace(hour=6, minute=0, second=0, microsecond=0)
    clients = [Client(server, customers[n // 2], list(rooms), day, seed=n) for n in range(CLIENTS)]

    began = time.monotonic()
    record = fight(clients, ATTEMPTS)
    took = time.monotonic() - began

    print(f"{record.answers.total()} attempts in {took:.0f} s: {dict(sorted(record.answers.items()))}")  # noqa: T201
    assert record.strange == []
    assert record.gone <= record.cancelled
    assert record.answers.total() == ATTEMPTS // CLIENTS * CLIENTS
    assert min(record.answers[each] for each in ("book 201", "book 409", "cancel 200", "move 200", "move 409")) > 0
    assert [each for each in record.unexplained if not somebody_was_there(rooms[each[0]], *each[1:])] == []
    assert_the_database_says_what_the_clients_were_told(record)
    run = prove({*of_bookings.OWN, *of_calendars.OWN})
    assert (run.violated, run.errors) == (0, 0)


def assert_the_database_says_what_the_clients_were_told(record: Record) -> None:
    live = Booking.objects.occupying()
    assert {str(pk) for pk in Booking.objects.values_list("pk", flat=True)} == record.booked
    assert {
        str(pk) for pk in Booking.objects.filter(status="cancelled").values_list("pk", flat=True)
    } == record.cancelled
    assert set(Occupancy.objects.values_list("subject_id", flat=True)) == set(live.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(OVERLAPPING, {"live": [status.value for status in OCCUPYING]})
        assert cursor.fetchone() == (0,)


def somebody_was_there(owner: Resource, wanted: TimeRange, asked: TimeRange) -> bool:
    """Whether a booking had that time at any moment of the request, though it was gone when it was to be named."""
    return any(
        time.overlaps(wanted) and held.overlaps(asked)
        for booking in Booking.objects.filter(resource=owner).prefetch_related("timeline")
        for time, held in history_of(booking)
    )


def history_of(booking: Booking) -> Iterator[tuple[TimeRange, TimeRange]]:
    """Each time that the booking had, with from when until when it had it at the most."""
    steps = list(booking.timeline.all())
    moves = [step for step in steps if step.action == "reschedule"]
    time = _between(moves[0].data["from"]) if moves else booking.time
    since = steps[0].created_at
    for step in steps[1:]:
        yield time, TimeRange(since, step.created_at + BLUR)
        if step.action == "cancel":
            return
        time, since = _between(step.data["to"]), step.created_at
    yield time, TimeRange(since, clock.now() + BLUR)


def _between(edges: list[str]) -> TimeRange:
    return TimeRange(datetime.fromisoformat(edges[0]), datetime.fromisoformat(edges[1]))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        asked = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            asked.request("GET", "/health")
            asked.getresponse().read()
        except OSError:
            time.sleep(0.1)
        else:
            return
        finally:
            asked.close()
    raise AssertionError(log.read_text())
