"""Whoever takes time: one gets it, the others are told what is in the way, and nothing is half done."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from catalog.enums import OccupancyKind
from catalog.errors import DayIsFull, SlotTaken
from catalog.models import Calendar, Occupancy
from catalog.occupancy import Claim, claim, claim_all, lock, move, release
from catalog.selectors.busy import busy
from catalog.slots import Buffers
from catalog.tests.factories import at, between, book, calendar, minutes, rows
from common.ids import new_id
from common.models import OutboxEvent
from common.timeranges import TimeRange

pytestmark = pytest.mark.django_db

BOOKING, HOLD = OccupancyKind.BOOKING, OccupancyKind.HOLD
TEN = between("10:00", "11:00")


def wanted(owner: Calendar, time: TimeRange, **fields: object) -> Claim:
    return Claim(owner, time, BOOKING, new_id(), **fields)  # type: ignore[arg-type]  # passed on as they are


def test_a_claim_takes_the_time_with_its_buffers() -> None:
    bob = calendar()

    book(bob, TEN, buffers=Buffers(minutes(15), minutes(5)))

    assert rows(bob) == [("booking", between("09:45", "11:05"), 0, 0)]
    [row] = busy([bob], TEN)[bob.number]
    assert row.booked == TEN


def test_back_to_back_claims_are_allowed() -> None:
    """E020."""
    bob = calendar()

    book(bob, TEN)
    book(bob, between("11:00", "12:00"))
    book(bob, between("09:00", "10:00"))

    assert len(rows(bob)) == 3


@pytest.mark.parametrize(
    ("start", "end"),
    [("10:00", "11:00"), ("10:30", "11:30"), ("09:30", "10:30"), ("10:15", "10:45"), ("09:00", "12:00")],
)
def test_any_overlap_is_refused_with_the_time_in_the_way(start: str, end: str) -> None:
    """U5."""
    bob = calendar()
    book(bob, TEN)

    with pytest.raises(SlotTaken) as refusal, transaction.atomic():
        claim(bob, between(start, end), kind=HOLD, subject_id=new_id())

    assert refusal.value.taken == (TEN,)
    assert refusal.value.extra == {"conflicts": [{"start_time": TEN.start, "end_time": TEN.end}]}
    assert (refusal.value.status, refusal.value.code) == (409, "BOOKING_CONFLICT")
    assert rows(bob) == [("booking", TEN, 0, 0)]


def test_an_overlap_of_a_microsecond_is_one() -> None:
    bob = calendar()
    book(bob, TEN)

    with pytest.raises(SlotTaken), transaction.atomic():
        claim(bob, TimeRange(TEN.end - timedelta(microseconds=1), at("12:00")), kind=HOLD, subject_id=new_id())


def test_the_enforced_buffer_keeps_the_next_start_away() -> None:
    """U11: with 5 minutes after a 20 minute service at 10:00, 10:20 is refused and 10:25 is not."""
    bob = calendar()
    after = Buffers(after=minutes(5))
    book(bob, between("10:00", "10:20"), buffers=after)

    with pytest.raises(SlotTaken), transaction.atomic():
        claim(bob, between("10:20", "10:40"), kind=BOOKING, subject_id=new_id(), buffers=after)
    book(bob, between("10:25", "10:45"), buffers=after)


def test_calendars_do_not_stand_in_each_others_way() -> None:
    bob, priya = calendar(), calendar()

    book(bob, TEN)
    book(priya, TEN)

    assert (len(rows(bob)), len(rows(priya))) == (1, 1)
    assert bob.number != priya.number


def test_so_many_run_side_by_side_as_the_calendar_has_room_for() -> None:
    """U6."""
    hall = calendar(capacity=3)

    for _ in range(3):
        book(hall, TEN)
    with pytest.raises(SlotTaken), transaction.atomic():
        claim(hall, TEN, kind=BOOKING, subject_id=new_id())

    assert [lane for _, _, lane, _ in rows(hall)] == [0, 1, 2]


def test_a_full_calendar_answers_in_a_constant_number_of_queries(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    hall = calendar(capacity=3)
    for _ in range(3):
        book(hall, TEN)

    with django_assert_num_queries(2), pytest.raises(SlotTaken):
        claim(hall, TEN, kind=BOOKING, subject_id=new_id())


def test_a_claim_is_one_insert_and_its_news(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bob, hall = calendar(), calendar(capacity=5)

    for owner in (bob, hall):
        with django_assert_num_queries(2):
            claim(owner, TEN, kind=BOOKING, subject_id=new_id())


def test_outside_of_a_transaction_nothing_is_taken(transactional_db: None) -> None:
    bob = calendar()

    with pytest.raises(transaction.TransactionManagementError):
        claim(bob, TEN, kind=BOOKING, subject_id=new_id())

    assert rows(bob) == []


# Several at once


def test_a_room_and_a_specialist_are_taken_together_or_not_at_all() -> None:
    """E042."""
    bob, lotus = calendar(), calendar()
    book(bob, TEN)

    with pytest.raises(SlotTaken) as refusal, transaction.atomic():
        claim_all([wanted(lotus, TEN), wanted(bob, TEN)])

    assert refusal.value.refused == (TEN,)
    assert rows(lotus) == []


def test_a_series_names_the_times_that_cannot_be_had() -> None:
    """U7, E079: the third of five is taken; skipping it takes the other four."""
    bob = calendar()
    days = [between("10:00", "11:00", date(2026, 3, 3 + n)) for n in range(5)]
    book(bob, days[2])
    series = [wanted(bob, day) for day in days]

    with transaction.atomic(), pytest.raises(SlotTaken) as refusal:
        claim_all(series)
    assert refusal.value.refused == (days[2],)
    assert len(rows(bob)) == 1

    with transaction.atomic():
        claim_all([each for each in series if each.time not in refusal.value.refused])
    assert len(rows(bob)) == 5


def test_claims_of_one_call_may_not_overlap_each_other_either() -> None:
    bob, hall = calendar(), calendar(capacity=2)

    with pytest.raises(SlotTaken), transaction.atomic():
        claim_all([wanted(bob, TEN), wanted(bob, between("10:30", "11:30"))])
    with transaction.atomic():
        claim_all([wanted(hall, TEN), wanted(hall, between("10:30", "11:30"))])

    assert rows(bob) == []
    assert [lane for _, _, lane, _ in rows(hall)] == [0, 1]


@pytest.mark.parametrize("count", [1, 3, 200])
def test_several_claims_cost_the_same_number_of_statements(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bob = calendar()
    series = [wanted(bob, TEN.shift(timedelta(days=n))) for n in range(count)]

    # Lock, calendars, what is taken, savepoint, insert, release of the savepoint, the news.
    with django_assert_num_queries(7):
        claim_all(series)

    assert Occupancy.objects.count() == count


# Moving and giving back


def test_a_booking_moves_over_its_own_time() -> None:
    """E100: rescheduling ignores itself."""
    bob = calendar()
    subject = book(bob, TEN)

    for time in (TEN, between("10:30", "11:30")):
        with transaction.atomic():
            move([Claim(bob, time, BOOKING, subject)])
        assert rows(bob) == [("booking", time, 0, 0)]


def test_a_booking_that_cannot_move_keeps_its_time() -> None:
    """E101."""
    bob = calendar()
    subject = book(bob, TEN)
    book(bob, between("12:00", "13:00"))
    before = rows(bob)

    with transaction.atomic(), pytest.raises(SlotTaken):
        move([Claim(bob, between("12:30", "13:30"), BOOKING, subject)])

    assert rows(bob) == before


def test_two_bookings_can_swap_their_places_and_calendars() -> None:
    bob, priya = calendar(), calendar()
    one, other = book(bob, TEN), book(priya, TEN)

    with transaction.atomic():
        move([Claim(priya, TEN, BOOKING, one), Claim(bob, TEN, BOOKING, other)])

    assert {each.subject_id for each in Occupancy.objects.filter(calendar=bob)} == {other}


def test_what_is_released_is_free_again_and_releasing_twice_is_harmless() -> None:
    """E045."""
    bob = calendar()
    subject = book(bob, TEN)

    for _ in range(2):
        with transaction.atomic():
            release([subject])

    book(bob, TEN)


# Daily limits


def test_a_daily_limit_counts_the_calendars_own_days() -> None:
    """U12: 16:00 in Brisbane is the same UTC date as the next morning there."""
    brisbane = ZoneInfo("Australia/Brisbane")
    bob = calendar(timezone="Australia/Brisbane", daily_limit=1)
    day, next_day = date(2026, 3, 3), date(2026, 3, 4)
    book(bob, between("16:00", "17:00", day, brisbane))

    with pytest.raises(DayIsFull) as refusal, transaction.atomic():
        claim(bob, between("09:00", "10:00", day, brisbane), kind=BOOKING, subject_id=new_id())
    assert [detail.code for detail in refusal.value.details] == ["DAILY_LIMIT"]
    book(bob, between("09:00", "10:00", next_day, brisbane))

    with pytest.raises(DayIsFull), transaction.atomic():
        claim_all([wanted(bob, between("12:00", "13:00", next_day, brisbane))])


def test_a_booking_over_midnight_counts_on_the_day_it_starts() -> None:
    """E008."""
    bob = calendar(daily_limit=1)
    over_midnight = TimeRange(at("23:30"), at("23:30") + minutes(60))
    book(bob, over_midnight, buffers=Buffers(minutes(30), minutes(30)))

    book(bob, TEN.shift(timedelta(days=1)))
    with pytest.raises(DayIsFull), transaction.atomic():
        claim(bob, TEN, kind=BOOKING, subject_id=new_id())


def test_a_booking_on_its_own_day_can_move_within_it() -> None:
    bob = calendar(daily_limit=1)
    subject = book(bob, TEN)

    with transaction.atomic():
        move([Claim(bob, between("14:00", "15:00"), BOOKING, subject)])


# News


@pytest.mark.django_db(transaction=True)
def test_a_change_is_announced_once_per_calendar_and_moves_its_version() -> None:
    bob = calendar()
    before = bob.version
    subject = book(bob, TEN)
    OutboxEvent.objects.all().delete()

    with transaction.atomic():
        move([Claim(bob, between("14:00", "15:00"), BOOKING, subject)])

    assert [(event.name, event.subject, event.data) for event in OutboxEvent.objects.all()] == [
        ("availability.changed", str(bob.pk), {"calendar_id": str(bob.pk)})
    ]
    bob.refresh_from_db()
    # One for the booking, one for its move.
    assert bob.version == before + 2


def test_what_was_rolled_back_is_announced_when_it_happens_after_all() -> None:
    bob = calendar()

    with transaction.atomic():
        with transaction.atomic():
            claim(bob, TEN, kind=BOOKING, subject_id=new_id())
            transaction.set_rollback(True)
        claim(bob, TEN, kind=BOOKING, subject_id=new_id())

    assert OutboxEvent.objects.count() == 1


# The table itself


INSERT = """
INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)
VALUES (gen_random_uuid(), {values}, gen_random_uuid())
"""


def insert(values: str) -> None:
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute(INSERT.format(values=values))


HOUR = "tstzrange('2026-03-03 10:00+00', '2026-03-03 11:00+00')"


def test_the_table_takes_a_sound_row() -> None:
    insert(f"1, int8range(1024, 1025), {HOUR}, 'booking'")


@pytest.mark.parametrize(
    "values",
    [
        "1, int8range(1024, 1025), 'empty', 'booking'",
        "1, int8range(1024, 1025), tstzrange(now(), NULL), 'booking'",
        "1, int8range(1024, 1025), tstzrange(now(), 'infinity'), 'closure'",
        "1, int8range(1024, 1025), tstzrange('-infinity', now()), 'booking'",
        "1, int8range(1024, 1025), tstzrange(now(), now() + interval '1 h', '[]'), 'booking'",
        "1, int8range(1024, 1025), tstzrange(now(), now() + interval '34 days'), 'booking'",
        "1, int8range(1024, 1024), " + HOUR + ", 'closure'",
        "1, int8range(1023, 1025), " + HOUR + ", 'closure'",
        "1, int8range(2047, 2049), " + HOUR + ", 'closure'",
        "2, int8range(1024, 1025), " + HOUR + ", 'booking'",
        "1, int8range(1024, 1026), " + HOUR + ", 'booking'",
        "1, int8range(1024, NULL), " + HOUR + ", 'closure'",
        "1, int8range(1024, 1025), " + HOUR + ", 'party'",
    ],
)
def test_the_table_refuses_what_no_claim_is(values: str) -> None:
    with pytest.raises(IntegrityError):
        insert(values)


def test_a_calendar_in_use_keeps_its_number_and_stays() -> None:
    bob, unused = calendar(), calendar()
    book(bob, TEN)

    for sql in (
        "DELETE FROM catalog_calendar WHERE number = %s",
        "UPDATE catalog_calendar SET number = DEFAULT WHERE number = %s",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [bob.number])
    unused.delete()


def test_no_model_method_writes_past_the_single_writer() -> None:
    bob = calendar()
    book(bob, TEN)

    with pytest.raises(TypeError):
        Occupancy(calendar=bob).save()
    with pytest.raises(TypeError):
        Occupancy.objects.get().delete()


def test_closures_cannot_be_claimed() -> None:
    with pytest.raises(ValueError, match="times off"):
        Claim(Calendar(), TEN, OccupancyKind.CLOSURE, new_id())


def test_locks_are_taken_in_the_order_of_numbers(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    bob, priya = calendar(), calendar()

    with django_assert_num_queries(1) as captured:
        lock([priya, bob, priya])

    keys = captured.captured_queries[0]["sql"]
    assert keys.index(str((0x0CA1 << 48) + bob.number)) < keys.index(str((0x0CA1 << 48) + priya.number))
