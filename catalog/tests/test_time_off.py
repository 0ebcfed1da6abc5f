"""Time off: it may overlap itself, never what is booked, unless staff force it; then it is written around bookings."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction

from accounts.models import User
from catalog.enums import OccupancyKind
from catalog.errors import SlotTaken, TimeOffClashes
from catalog.models import Occupancy, TimeOff
from catalog.occupancy import Claim, claim, release
from catalog.services.time_off import claims_in, end_time_off, force_time_off, take_time_off
from catalog.tests.factories import MONDAY, at, between, book, calendar, person, rows
from common.errors import BusinessRuleViolation, PermissionDenied
from common.ids import new_id
from common.models import OutboxEvent
from common.timeranges import TimeRange

pytestmark = pytest.mark.django_db

ALL_LANES = (0, 1023)


@pytest.fixture
def bob() -> User:
    return person("Bob")


@pytest.fixture
def dana() -> User:
    dana = person("Dana", is_staff=True)
    dana.user_permissions.add(Permission.objects.get(codename="force_timeoff"))
    return dana


def closed(*times: TimeRange) -> list[tuple[str, TimeRange, int, int]]:
    return [("closure", time, *ALL_LANES) for time in times]


def test_times_off_may_overlap_and_their_union_is_closed(bob: User) -> None:
    """E023: 09–12 and 11–14 close 09–14; ending one leaves the other."""
    owner = calendar()
    first = take_time_off(owner, between("09:00", "12:00"), reason="dentist", actor=bob)
    take_time_off(owner, between("11:00", "14:00"), reason="lunch", actor=bob)
    assert rows(owner) == closed(between("09:00", "14:00"))

    end_time_off(first)

    assert rows(owner) == closed(between("11:00", "14:00"))


def test_times_off_that_touch_close_as_one_and_open_apart(bob: User) -> None:
    owner = calendar()
    offs = [
        take_time_off(owner, between(start, end), reason="", actor=bob)
        for start, end in (("09:00", "10:00"), ("11:00", "12:00"), ("10:00", "11:00"))
    ]
    assert rows(owner) == closed(between("09:00", "12:00"))

    end_time_off(offs[2])
    assert rows(owner) == closed(between("09:00", "10:00"), between("11:00", "12:00"))

    for off in offs[:2]:
        end_time_off(off)
    assert rows(owner) == []


def test_closed_time_cannot_be_booked_on_any_lane(bob: User) -> None:
    hall = calendar(capacity=3)
    take_time_off(hall, between("09:00", "12:00"), reason="", actor=bob)

    with pytest.raises(SlotTaken), transaction.atomic():
        book(hall, between("11:00", "13:00"))


def test_time_off_over_a_booking_is_refused_and_lists_it(bob: User) -> None:
    """E024."""
    owner = calendar()
    book(owner, between("10:00", "11:00"))
    before = rows(owner)

    with pytest.raises(TimeOffClashes) as refusal:
        take_time_off(owner, between("09:00", "12:00"), reason="", actor=bob)

    assert refusal.value.taken == (between("10:00", "11:00"),)
    assert rows(owner) == before
    assert not TimeOff.objects.exists()


def test_time_off_beside_a_booking_is_fine(bob: User) -> None:
    owner = calendar()
    book(owner, between("10:00", "11:00"))

    take_time_off(owner, between("11:00", "12:00"), reason="", actor=bob)


def test_staff_close_around_what_is_booked(dana: User) -> None:
    """E024: the bookings stay, on their lane, and are named."""
    hall = calendar(capacity=2)
    book(hall, between("10:00", "11:00"))

    off = force_time_off(hall, between("09:00", "12:00"), reason="flood", actor=dana)

    assert off.is_forced
    assert claims_in(off) == [between("10:00", "11:00")]
    assert rows(hall) == [
        ("closure", between("09:00", "10:00"), *ALL_LANES),
        ("booking", between("10:00", "11:00"), 0, 0),
        ("closure", between("10:00", "11:00"), 1, 1023),
        ("closure", between("11:00", "12:00"), *ALL_LANES),
    ]


def test_nobody_forces_without_the_permission(bob: User) -> None:
    with pytest.raises(PermissionDenied):
        force_time_off(calendar(), between("09:00", "12:00"), reason="", actor=bob)


def test_what_is_cancelled_under_a_forced_time_off_closes_too(dana: User) -> None:
    owner = calendar()
    subject = book(owner, between("10:00", "11:00"))
    force_time_off(owner, between("09:00", "12:00"), reason="", actor=dana)

    with transaction.atomic():
        release([subject])

    assert rows(owner) == closed(between("09:00", "12:00"))


def test_another_time_off_beside_a_forced_one_is_written_right(dana: User) -> None:
    """The closure beside the booking is only a part of what its time off closes."""
    owner = calendar()
    book(owner, between("11:00", "12:00"))
    force_time_off(owner, between("09:00", "17:00"), reason="", actor=dana)

    take_time_off(owner, between("08:00", "10:00"), reason="", actor=dana)

    assert rows(owner) == [
        *closed(between("08:00", "11:00")),
        ("booking", between("11:00", "12:00"), 0, 0),
        ("closure", between("11:00", "12:00"), 1, 1023),
        *closed(between("12:00", "17:00")),
    ]


def test_ending_a_forced_time_off_leaves_the_bookings(dana: User) -> None:
    owner = calendar()
    book(owner, between("10:00", "11:00"))
    off = force_time_off(owner, between("09:00", "12:00"), reason="", actor=dana)

    end_time_off(off)

    assert rows(owner) == [("booking", between("10:00", "11:00"), 0, 0)]


def test_a_hold_stands_in_the_way_like_a_booking(bob: User) -> None:
    owner = calendar()
    book(owner, between("10:00", "11:00"), kind=OccupancyKind.HOLD)

    with pytest.raises(TimeOffClashes):
        take_time_off(owner, between("10:30", "12:00"), reason="", actor=bob)


@pytest.mark.parametrize(
    ("time", "code"),
    [
        (between("09:00", "10:00", MONDAY), "PAST"),
        (TimeRange(at("09:00"), at("09:00") + timedelta(days=733)), "TOO_LONG"),
    ],
)
def test_time_off_that_makes_no_sense_is_refused(bob: User, time: TimeRange, code: str) -> None:
    with pytest.raises(BusinessRuleViolation) as refusal:
        take_time_off(calendar(), time, reason="", actor=bob)

    assert [detail.code for detail in refusal.value.details] == [code]


def test_time_off_that_has_begun_can_still_be_taken(bob: User) -> None:
    take_time_off(calendar(), between("09:00", "12:00", MONDAY), reason="ill", actor=bob)


def test_time_off_is_announced(bob: User) -> None:
    owner = calendar()

    take_time_off(owner, between("09:00", "12:00"), reason="", actor=bob)

    assert [(event.name, event.subject) for event in OutboxEvent.objects.all()] == [
        ("availability.changed", str(owner.pk))
    ]


def test_time_off_is_seen_by_its_owner_only(bob: User) -> None:
    owner = calendar()
    take_time_off(owner, between("09:00", "12:00"), reason="", actor=bob)

    assert not TimeOff.objects.visible_to(bob).exists()


def test_the_union_of_a_year_of_lunches_is_as_many_closures(bob: User) -> None:
    owner = calendar()
    for n in range(20):
        take_time_off(owner, between("13:00", "14:00", date(2026, 3, 3) + timedelta(days=n)), reason="", actor=bob)

    assert Occupancy.objects.filter(calendar=owner).count() == 20


def test_the_table_refuses_a_time_off_without_end() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        TimeOff.objects.create(calendar=calendar(), during=(at("09:00"), None))


def test_a_claim_beside_the_closed_time_is_not_closed_away(bob: User) -> None:
    owner = calendar()
    take_time_off(owner, between("12:00", "13:00"), reason="", actor=bob)

    with transaction.atomic():
        claim(owner, between("11:00", "12:00"), kind=OccupancyKind.BOOKING, subject_id=new_id())
    with pytest.raises(SlotTaken), transaction.atomic():
        claim(owner, between("11:30", "12:01"), kind=OccupancyKind.BOOKING, subject_id=new_id())

    assert Claim(owner, between("11:00", "12:00"), OccupancyKind.BOOKING, new_id()).during == between("11:00", "12:00")
