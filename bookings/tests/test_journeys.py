"""Random journeys: whatever is booked, moved, blocked and called off, the calendars are what a simple model says."""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from uuid import UUID

import hypothesis.strategies as st
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from accounts.models import User
from bookings.management import invariants as of_bookings
from bookings.models import Booking
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import customer
from bookings.services.booking import book_appointment, book_reservation
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, expire_booking, mark_no_show
from bookings.services.deciding import confirm_booking, start_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.series_booking import book_series, book_what_is_free
from bookings.services.series_cancelling import cancel_series
from bookings.services.series_changing import SeriesChange, change_series
from bookings.services.series_retiming import NewTimes
from bookings.tests.conftest import Travel
from bookings.tests.factories import by_staff, in_force, offered, somebody
from bookings.tests.journey_model import Diary, Kept, KeptSeries, Model
from bookings.tests.series_factories import asked, owner_of
from catalog.management import invariants as of_calendars
from catalog.models import Calendar, Occupancy, TimeOff
from catalog.services.time_off import end_time_off, take_time_off
from catalog.tests.factories import KOLKATA, room
from common.errors import DomainError
from common.proofs import invariants
from common.timeranges import TimeRange, merge

pytestmark = pytest.mark.django_db

T = TypeVar("T")
# A Monday far ahead: to the database's own clock, too, all of this is still to come.
BEGIN = datetime(2036, 3, 3, 10, 10, tzinfo=KOLKATA).astimezone(UTC)
HOUR = timedelta(hours=1)
OWN = {*of_bookings.OWN, *of_calendars.OWN}
STEPS: dict[str, Callable[..., Booking]] = {
    "confirm": confirm_booking,
    "start": start_booking,
    "complete": complete_booking,
    "no_show": mark_no_show,
}
LEADS_TO = {"confirm": "confirmed", "start": "in_progress", "complete": "completed", "no_show": "no_show"}

day = st.integers(0, 4)
slot = st.integers(0, 14)
which = st.integers(0, 99)


@dataclass(frozen=True)
class World:
    """Bob works in the Lotus Room, which can be reserved as well; the hall takes two; Paul wants a deposit."""

    offers: dict[str, Any]
    calendars: dict[str, Calendar]
    people: Sequence[User]
    travel: Travel
    found: str

    def diaries(self) -> dict[str, Diary]:
        return {
            name: Diary(each.capacity, timedelta(minutes=each.buffer_after_minutes))
            for name, each in self.calendars.items()
        }


TAKES = {"bob": ("bob", "lotus"), "paul": ("paul",), "lotus": ("lotus",), "hall": ("hall",)}


@pytest.fixture
def world(travel: Travel) -> World:
    in_force(duplicate_booking_seconds=0, unpaid_holds=1000, reschedule_limit=100)
    lotus, hall = room(), room(name="Hall", capacity=2)
    with_bob, with_paul = offered(room=lotus), offered("Paul", deposit_minor=100)
    offers = {"bob": with_bob, "paul": with_paul, "lotus": lotus, "hall": hall}
    bob, paul = owner_of(with_bob).calendar, owner_of(with_paul).calendar
    Calendar.objects.filter(pk=bob.pk).update(buffer_after_minutes=15)
    bob.refresh_from_db()
    calendars = {"bob": bob, "paul": paul, "lotus": lotus.calendar, "hall": hall.calendar}
    checks = [each for each in invariants() if each.id in OWN]
    found = " UNION ALL ".join(f"SELECT '{each.id}' WHERE EXISTS ({each.sql})" for each in checks)
    return World(offers, calendars, [somebody("Alice"), somebody("Charlie")], travel, found)


class Journey(RuleBasedStateMachine):
    """Each step is asked of the services and of the model: both take it, or both refuse."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.undone = ExitStack()
        self.undone.enter_context(transaction.atomic())
        self.model = Model(self.world.diaries(), KOLKATA, BEGIN)
        self.staff = by_staff()
        self._wait(timedelta(0))

    def teardown(self) -> None:
        try:
            self.look_for_violations()
        finally:
            transaction.set_rollback(True)
            self.undone.close()

    @rule(what=st.sampled_from(sorted(TAKES)), day=day, slot=slot, who=which)
    def book(self, what: str, day: int, slot: int, who: int) -> None:
        wanted, alice = self._time(day, slot), self._one_of(self.world.people, who)
        may = self.model.may_book(TAKES[what], wanted)

        booking = self._tried(lambda: self._booked(what, wanted, alice), may=may)

        if booking is not None:
            self.model.book(booking.pk, Kept(booking.status, wanted, TAKES[what], booking.expires_at))
            assert booking.status == {"bob": "pending", "paul": "pending_payment"}.get(what, "confirmed")

    @precondition(lambda self: self.model.bookings)
    @rule(which=which, action=st.sampled_from(sorted(STEPS)))
    def go_on(self, which: int, action: str) -> None:
        booking = self._booking(which)
        may = self.model.may_step(booking.pk, action)

        if self._tried(lambda: STEPS[action](booking, actor=self.staff), may=may) is not None:
            self.model.step(booking.pk, LEADS_TO[action])

    @precondition(lambda self: self.model.bookings)
    @rule(which=which, is_staff=st.booleans())
    def cancel(self, which: int, is_staff: bool) -> None:
        booking = self._booking(which)
        may = self.model.may_step(booking.pk, "cancel by staff" if is_staff else "cancel")
        actor = self.staff if is_staff else customer(booking.customer)

        if self._tried(lambda: cancel_booking(booking, actor=actor, reason="Rain"), may=may) is not None:
            self.model.step(booking.pk, "cancelled")

    @precondition(lambda self: self.model.bookings)
    @rule(which=which)
    def expire(self, which: int) -> None:
        booking = self._booking(which)

        expire_booking(booking.pk)

        if self.model.may_step(booking.pk, "expire"):
            self.model.step(booking.pk, "expired")

    @precondition(lambda self: self.model.bookings)
    @rule(which=which, day=day, slot=slot)
    def reschedule(self, which: int, day: int, slot: int) -> None:
        booking, to = self._booking(which), self._time(day, slot)
        may = self.model.may_move(booking.pk, to)

        moved = self._tried(lambda: reschedule_booking(booking, starts_at=to.start, actor=self.staff), may=may)

        if moved is not None and self.model.bookings[booking.pk].time != to:
            self.model.move({booking.pk: to})

    @rule(what=st.sampled_from(sorted(TAKES)), day=day, slot=slot, hours=st.integers(1, 4))
    def take_time_off(self, what: str, day: int, slot: int, hours: int) -> None:
        off = TimeRange.lasting(self._time(day, slot).start, hours * HOUR)
        may = self.model.may_close(what, off)
        calendar = self.world.calendars[what]

        if self._tried(lambda: take_time_off(calendar, off, reason="", actor=self._somebody), may=may) is not None:
            self.model.diaries[what].off.append(off)

    @precondition(lambda self: any(diary.off for diary in self.model.diaries.values()))
    @rule(which=which)
    def come_back(self, which: int) -> None:
        name, off = self._one_of(
            [(name, off) for name, diary in self.model.diaries.items() for off in diary.off], which
        )
        found = TimeOff.objects.filter(calendar=self.world.calendars[name], during=off.to_postgres()).first()
        assert found is not None

        end_time_off(found)

        self.model.diaries[name].off.remove(off)

    @rule(what=st.sampled_from(["hall", "lotus"]), day=day, slot=slot, count=st.integers(2, 4), is_picky=st.booleans())
    def book_series(self, what: str, day: int, slot: int, count: int, is_picky: bool) -> None:
        first = self._time(day, slot)
        times = [first.shift(number * timedelta(days=1)) for number in range(count)]
        free = self.model.free_dates(what, times)
        may = first.start >= self.model.now and (len(free) == count if is_picky else bool(free))
        wanted = asked(f"FREQ=DAILY;COUNT={count}", of=self.world.offers[what], start=first.start)
        book = book_series if is_picky else book_what_is_free

        made = self._tried(lambda: book(wanted, actor=customer(wanted.customer)), may=may)

        if made is not None:
            assert [each.time for each in made.bookings] == free
            self.model.series[made.series.pk] = KeptSeries([each.start for each in times])
            for each in made.bookings:
                kept = Kept(each.status, each.time, TAKES[what], series=made.series.pk, due=each.starts_at)
                self.model.book(each.pk, kept)

    @precondition(lambda self: self.model.series)
    @rule(which=which)
    def cancel_series(self, which: int) -> None:
        pk = self._one_of(list(self.model.series), which)
        gone = self.model.cancelled_with(pk)
        actor = customer(somebody("Alice"))

        if self._tried(lambda: cancel_series(pk, actor=actor), may=self.model.series[pk].is_active) is not None:
            self.model.series[pk].is_active = False
            for each in gone:
                self.model.step(each, "cancelled")

    @precondition(lambda self: self.model.series)
    @rule(which=which, minutes=st.sampled_from([30, 60]))
    def change_series(self, which: int, minutes: int) -> None:
        pk = self._one_of(list(self.model.series), which)
        by = timedelta(minutes=minutes)
        moved = self.model.moved_with(pk, by)
        first = next((each for each in self.model.series[pk].dates if each >= self.model.now), self.model.now)
        change = SeriesChange(times=NewTimes(start=first + by))

        changed = self._tried(lambda: change_series(pk, change, actor=self.staff), may=moved is not None)

        if changed is not None and moved is not None:
            self.model.move_series(pk, by, moved)

    @rule(minutes=st.sampled_from([10, 30, 70, 400, 1_500]))
    def time_passes(self, minutes: int) -> None:
        self._wait(timedelta(minutes=minutes))

    @invariant()
    def every_booking_is_what_the_model_says(self) -> None:
        found = {each.pk: (each.status, each.time) for each in Booking.objects.all()}
        assert found == {pk: (kept.status, kept.time) for pk, kept in self.model.bookings.items()}

    @invariant()
    def everybody_has_the_time_that_the_model_says(self) -> None:
        rows = list(Occupancy.objects.all())
        for name, calendar in self.world.calendars.items():
            own = [each for each in rows if each.calendar_id == calendar.number]
            taken = {
                (each.subject_id, each.lanes.lower - calendar.number * 1024, each.time)
                for each in own
                if each.kind == "booking"
            }
            diary = self.model.diaries[name]
            assert taken == set(diary.taken)
            assert merge(each.time for each in own if each.kind == "closure") == diary.closed()

    def look_for_violations(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; {self.world.found}")
            while cursor.nextset():
                pass
            assert cursor.fetchall() == []

    @property
    def _somebody(self) -> User:
        return self.world.people[0]

    def _booked(self, what: str, wanted: TimeRange, alice: User) -> Booking:
        offer = self.world.offers[what]
        actor = customer(alice)
        if what in ("lotus", "hall"):
            resource = wanted_resource(offer.pk)
            assert resource is not None
            return book_reservation(resource=resource, time=wanted, customer=alice, actor=actor)
        service = wanted_service(offer.pk)
        assert service is not None
        return book_appointment(service=service, starts_at=wanted.start, customer=alice, actor=actor)

    def _tried(self, step: Callable[[], T], *, may: bool) -> T | None:
        """What the service returns. It refuses exactly what the model says may not be."""
        done, refusal = None, None
        try:
            done = step()
        except DomainError as error:
            refusal = error
        # Nothing but a second click happens twice within one second.
        self._wait(timedelta(seconds=1))
        assert (done is not None) is may, refusal or "done, though the model says that it may not be"
        return done

    def _wait(self, duration: timedelta) -> None:
        self.model.now += duration
        self.world.travel(self.model.now)

    def _time(self, days: int, slot: int) -> TimeRange:
        """An hour of today or a day soon, from nine to five."""
        today: date = self.model.now.astimezone(KOLKATA).date()
        opens = datetime.combine(today + timedelta(days=days), time(9), KOLKATA).astimezone(UTC)
        return TimeRange.lasting(opens + slot * timedelta(minutes=30), HOUR)

    def _booking(self, which: int) -> Booking:
        pk: UUID = self._one_of(list(self.model.bookings), which)
        return Booking.objects.get(pk=pk)

    @staticmethod
    def _one_of(things: Sequence[T], which: int) -> T:
        return things[which % len(things)]


class WatchedJourney(Journey):
    """Every invariant is proven after every step, and not at the end alone."""

    @invariant()
    def nothing_is_violated(self) -> None:
        self.look_for_violations()


def travelled(kind: type[Journey], world: World, *, examples: int, steps: int, phases: Sequence[Phase]) -> None:
    Journey.world = world
    options = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        deadline=None,
        database=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(kind, settings=options)


def test_short_journeys_end_where_the_model_says(world: World) -> None:
    travelled(Journey, world, examples=4, steps=20, phases=[Phase.generate])


@pytest.mark.deep
@pytest.mark.timeout(1_200)
def test_long_journeys_end_where_the_model_says(world: World) -> None:
    travelled(WatchedJourney, world, examples=100, steps=50, phases=[Phase.generate, Phase.shrink])
