"""Everybody wants the same time at once: real threads, each with its own connection."""

import threading
import time
from random import Random

import pytest
from django.db import connection, transaction

from catalog.enums import OccupancyKind
from catalog.errors import DayIsFull, SlotTaken
from catalog.management import invariants as calendar_invariants
from catalog.models import Calendar, Occupancy
from catalog.occupancy import Claim, claim, claim_all, move, release
from catalog.services.time_off import end_time_off, take_time_off
from catalog.tests.factories import at, between, calendar, minutes, person
from common.ids import new_id
from common.proofs import check, invariants
from common.tests.threads import in_threads
from common.timeranges import TimeRange

pytestmark = pytest.mark.django_db(transaction=True)

BOOKING = OccupancyKind.BOOKING
TEN = between("10:00", "11:00")


def assert_everything_holds() -> None:
    own = set(calendar_invariants.OWN)
    violated = [found.id for each in invariants() if each.id in own and (found := check(each)).outcome != "ok"]
    assert violated == []


def got(owner: Calendar, time: TimeRange) -> bool:
    try:
        with transaction.atomic():
            claim(owner, time, kind=BOOKING, subject_id=new_id())
    except SlotTaken:
        return False
    return True


def test_of_twenty_who_want_one_slot_one_gets_it() -> None:
    """U1, E022."""
    bob = calendar()

    assert sum(in_threads(20, lambda: got(bob, TEN))) == 1
    assert Occupancy.objects.count() == 1


def test_of_eight_who_want_five_seats_five_get_one() -> None:
    """U6."""
    hall = calendar(capacity=5)

    assert sum(in_threads(8, lambda: got(hall, TEN))) == 5
    assert_everything_holds()


def test_fifty_specialists_are_booked_at_once_and_nobody_waits_for_another() -> None:
    """U4: one's claim stays open until the other forty-nine are through, so nothing may be locked for all of them."""
    first, *others = (calendar() for _ in range(50))

    def got_at_once() -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '2s'")
        return got(others.pop(), TEN)

    with transaction.atomic():
        claim(first, TEN, kind=BOOKING, subject_id=new_id())
        assert in_threads(49, got_at_once) == [True] * 49

    assert Occupancy.objects.count() == 50


def test_who_counts_towards_a_daily_limit_waits_for_who_counted_before() -> None:
    """U12: the first has not decided yet, so the second must not count yet."""
    bob = calendar(daily_limit=1)
    answers: list[str] = []

    def book_the_afternoon() -> None:
        try:
            answers.append("got" if got(bob, between("15:00", "16:00")) else "taken")
        except DayIsFull:
            answers.append("full")
        finally:
            connection.close()

    rival = threading.Thread(target=book_the_afternoon)
    with transaction.atomic():
        claim(bob, TEN, kind=BOOKING, subject_id=new_id())
        rival.start()
        wait_until_somebody_waits()
    rival.join()

    assert answers == ["full"]


def wait_until_somebody_waits() -> None:
    """Until another connection stands at an advisory lock, or long enough that none ever will."""
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)


def hammer(writers: int, claims_each: int) -> tuple[int, int]:
    """Overlapping claims on two calendars; how many were got and how many refused."""
    calendars = [calendar(), calendar()]
    seeds = iter(range(writers))
    turn = threading.Lock()

    def write() -> tuple[int, int]:
        with turn:
            dice = Random(next(seeds))  # noqa: S311 - a game, no secret
        results = []
        for _ in range(claims_each):
            start = at("00:00") + minutes(15 * dice.randrange(4 * 24 * 10))
            results.append(
                got(dice.choice(calendars), TimeRange(start, start + minutes(dice.choice([20, 45, 60, 90, 120]))))
            )
        return results.count(True), results.count(False)

    totals = in_threads(writers, write)
    assert_everything_holds()
    return sum(won for won, _ in totals), sum(lost for _, lost in totals)


def test_overlapping_claims_leave_no_overlap_and_no_deadlock() -> None:
    won, lost = hammer(writers=16, claims_each=30)

    assert won + lost == 480
    assert won == Occupancy.objects.count()


@pytest.mark.deep
@pytest.mark.timeout(300)
def test_thirty_two_writers_and_4800_claims_leave_no_overlap_and_no_deadlock() -> None:
    won, lost = hammer(writers=32, claims_each=150)

    assert won + lost == 4_800
    assert won == Occupancy.objects.count()


def cross(writers: int, rounds: int) -> None:
    """Claims of several calendars at once in all orders, moves, releases and times off, all in each other's way."""
    calendars = [calendar(), calendar(), calendar(capacity=2)]
    bob = person("Bob")
    seeds = iter(range(writers))
    turn = threading.Lock()

    def write() -> int:
        with turn:
            dice = Random(next(seeds))  # noqa: S311 - a game, no secret
        mine: list[Claim] = []
        done = 0
        for _ in range(rounds):
            start = at("00:00") + minutes(15 * dice.randrange(4 * 24))
            wanted = [
                Claim(each, TimeRange(start, start + minutes(dice.choice([30, 60]))), BOOKING, new_id())
                for each in dice.sample(calendars, dice.randint(1, 3))
            ]
            try:
                done += act(dice, wanted, mine)
            except SlotTaken:
                continue
        return done

    def act(dice: Random, wanted: list[Claim], mine: list[Claim]) -> int:
        deed = dice.choice(["single", "several", "several", "move", "release", "off"])
        if deed == "off":
            owner, time = wanted[0].calendar, wanted[0].time
            end_time_off(take_time_off(owner, time, reason="", actor=bob))
            return 1
        with transaction.atomic():
            if deed == "single":
                claim(wanted[0].calendar, wanted[0].time, kind=BOOKING, subject_id=wanted[0].subject_id)
                mine.append(wanted[0])
            elif deed == "several":
                claim_all(wanted)
                mine.extend(wanted)
            elif mine and deed == "move":
                subject = dice.choice(mine).subject_id
                move([Claim(wanted[0].calendar, wanted[0].time, BOOKING, subject)])
            elif mine:
                release([mine.pop().subject_id])
        return 1

    assert sum(in_threads(writers, write)) > 0
    assert_everything_holds()


def test_crossing_claims_moves_and_times_off_wait_for_each_other_in_no_circle() -> None:
    cross(writers=8, rounds=25)


@pytest.mark.deep
@pytest.mark.timeout(300)
def test_many_crossing_writers_wait_for_each_other_in_no_circle() -> None:
    cross(writers=24, rounds=150)


def test_a_block_and_a_booking_of_the_same_time_leave_one_of_them() -> None:
    """The specialist takes time off while a customer books: never both."""
    bob, owner = calendar(), person("Bob")
    turns = iter(range(8))
    turn = threading.Lock()

    def act() -> bool:
        with turn:
            number = next(turns)
        if number % 2:
            return got(bob, TEN)
        try:
            take_time_off(bob, between("09:00", "12:00"), reason="", actor=owner)
        except SlotTaken:
            return False
        return True

    in_threads(8, act)

    kinds = {each.kind for each in Occupancy.objects.all()}
    assert len(kinds) == 1
    assert_everything_holds()


def test_a_bare_insert_into_the_constraint_would_have_met_itself() -> None:
    """The constraint holds whoever writes: even SQL that knows nothing of the single writer."""
    bob = calendar()
    assert got(bob, TEN)

    with pytest.raises(Exception, match="no_two_occupancies_overlap"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO catalog_occupancy (id, calendar_number, lanes, during, kind, subject_id)"
            " SELECT gen_random_uuid(), calendar_number, lanes, during, kind, subject_id FROM catalog_occupancy"
        )
