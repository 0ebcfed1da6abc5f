"""Slots, by the examples people gave and against a model that counts minutes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.enums import Reason
from catalog.lanes import Block
from catalog.opening import OpeningHours, WallRange, open_ranges, openings
from catalog.slots import Buffers, Slot, SlotRules, slots
from catalog.tests.factories import NEW_YORK, minutes
from common.timeranges import TimeRange
from common.walltime import day_range

ZONES = sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("posix/", "right/")))
DAY = datetime(2026, 3, 3, tzinfo=UTC)
WHOLE_DAY = TimeRange(DAY, DAY + timedelta(days=1))


def span(start: str, end: str) -> TimeRange:
    return TimeRange(*(datetime.combine(DAY.date(), time.fromisoformat(each), UTC) for each in (start, end)))


def rules(duration: int, step: int, *, before: int = 0, after: int = 0, capacity: int = 1) -> SlotRules:
    return SlotRules(minutes(duration), minutes(step), Buffers(minutes(before), minutes(after)), capacity)


def shown(found: list[Slot]) -> list[str]:
    """`10:00`, and `10:25 booked` where something is against it."""
    return [f"{each.start:%H:%M} {each.reason.value if each.reason else ''}".strip() for each in found]


def offered(opening: list[TimeRange], taken: list[Block], how: SlotRules, starting: TimeRange = WHOLE_DAY) -> list[str]:
    return shown(list(slots(opening, taken, how, starting=starting)))


def lane(start: str, end: str, number: int = 0) -> Block:
    return Block(span(start, end), number, number + 1)


def test_a_step_of_service_and_buffer_fills_the_window() -> None:
    """E028, U11."""
    how = rules(20, 25, after=5)

    assert offered([span("10:00", "11:40")], [], how) == ["10:00", "10:25", "10:50", "11:15"]
    assert offered([span("10:00", "11:40")], [lane("10:00", "10:25")], how) == [
        "10:00 booked",
        "10:25",
        "10:50",
        "11:15",
    ]


def test_a_service_that_would_end_after_closing_is_not_offered() -> None:
    """E026."""
    assert offered([span("09:00", "10:30")], [], rules(60, 30)) == ["09:00", "09:30"]


def test_both_buffers_need_room_of_their_own() -> None:
    """U11: they may reach beyond the hours, but into nothing that is taken."""
    taken = [lane("10:00", "11:00")]

    assert offered([span("09:00", "13:00")], taken, rules(30, 30, before=10)) == [
        "09:00",
        "09:30",
        "10:00 booked",
        "10:30 booked",
        "11:00 booked",
        "11:30",
        "12:00",
        "12:30",
    ]
    assert offered([span("09:00", "10:30")], taken, rules(30, 30, after=10)) == [
        "09:00",
        "09:30 booked",
        "10:00 booked",
    ]


def test_back_to_back_slots_stay_free() -> None:
    """E020."""
    found = offered([span("09:00", "12:00")], [lane("10:00", "11:00")], rules(60, 60))

    assert found == ["09:00", "10:00 booked", "11:00"]


def test_the_notice_moves_the_first_start_along_the_grid() -> None:
    """E030: 2 hours of notice at 10:10, a start every 30 minutes."""
    starting = TimeRange(span("12:10", "12:11").start, WHOLE_DAY.end)

    assert offered([span("09:00", "14:00")], [], rules(30, 30), starting)[0] == "12:30"


def test_hours_begun_in_a_skipped_hour_go_on_in_elapsed_time() -> None:
    """E001: New York, 00:00–04:00 hourly on 8 March 2026: there is no 02:00."""
    hours = OpeningHours(NEW_YORK, {6: [WallRange(time(0), time(4))]})
    day = day_range(date(2026, 3, 8), NEW_YORK)

    found = list(slots(openings(hours, within=day), [], rules(60, 60), starting=day))

    assert [each.start.astimezone(NEW_YORK).isoformat()[11:] for each in found] == [
        "00:00:00-05:00",
        "01:00:00-05:00",
        "03:00:00-04:00",
    ]


def test_lanes_that_are_half_free_each_make_no_room() -> None:
    """A booking stays on its lane, so neither has two hours although one is always free."""
    taken = [lane("10:00", "11:00", 0), lane("11:00", "12:00", 1)]

    assert offered([span("10:00", "12:00")], taken, rules(120, 60, capacity=2)) == ["10:00 booked"]
    assert offered([span("10:00", "12:00")], taken, rules(60, 60, capacity=2)) == ["10:00", "11:00"]


def test_what_is_closed_is_told_from_what_is_booked() -> None:
    off = span("10:00", "11:00")

    found = slots([span("09:00", "12:00")], [Block(off)], rules(60, 60), starting=WHOLE_DAY, closures=[off])

    assert shown(list(found)) == ["09:00", "10:00 blocked", "11:00"]


def test_a_full_day_is_shown_as_full_until_its_end() -> None:
    """U12."""
    found = slots([span("09:00", "12:00")], [], rules(60, 60), starting=WHOLE_DAY, full_days=[span("00:00", "11:00")])

    assert [each.reason for each in found] == [Reason.DAY_FULL, Reason.DAY_FULL, None]


def test_the_grid_begins_anew_with_each_opening_and_slots_may_run_on() -> None:
    opening = [span("09:00", "13:00"), span("13:00", "15:00")]

    assert offered(opening, [], rules(60, 90)) == ["09:00", "10:30", "12:00", "13:00"]


@pytest.mark.parametrize("days_before", [0, 1, 5])
def test_the_same_starts_are_offered_from_wherever_one_looks(days_before: int) -> None:
    hours = OpeningHours(ZoneInfo("UTC"), {key: [WallRange(time(0), time(0))] for key in range(7)})
    asked = TimeRange(DAY - timedelta(days=days_before), WHOLE_DAY.end)

    found = list(slots(openings(hours, within=asked.widen(after=minutes(50))), [], rules(50, 50), starting=asked))

    assert shown(found)[-29:] == [f"{n * 50 // 60:02}:{n * 50 % 60:02}" for n in range(29)]


# Against a model of minutes

quarters = st.integers(0, 23).flatmap(lambda hour: st.sampled_from([time(hour, q) for q in (0, 15, 30, 45)]))
day_hours = st.lists(st.builds(WallRange, quarters, quarters), min_size=1, max_size=3)
week = st.fixed_dictionaries(dict.fromkeys(range(7), day_hours))
# Dates at which many zones change their clocks, and any others.
days = st.one_of(
    st.sampled_from([date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 25), date(2026, 11, 1)]),
    st.dates(date(2024, 1, 1), date(2028, 12, 20)),
)
blocks = st.tuples(st.integers(-300, 2_500), st.integers(1, 300), st.integers(0, 2), st.booleans())


def brute_force(
    opening: list[TimeRange], taken: list[Block], off: list[TimeRange], how: SlotRules, asked: TimeRange
) -> dict[datetime, Reason | None]:
    """Walks minute by minute; knows of no bisection, merging or boards."""
    one = minutes(1)

    def is_open_at(moment: datetime) -> bool:
        return any(each.start <= moment < each.end for each in opening)

    def every_minute(start: datetime, end: datetime) -> list[datetime]:
        return [start + n * one for n in range(int((end - start) / one))]

    found: dict[datetime, Reason | None] = {}
    for start in every_minute(asked.start, asked.end):
        running = [each for each in opening if each.start <= start < each.end]
        if not running or (start - max(each.start for each in running)) % how.step:
            continue
        end = start + how.duration
        if not all(is_open_at(moment) for moment in every_minute(start, end)):
            continue
        needed = every_minute(start - how.buffers.before, end + how.buffers.after)
        free = [
            number
            for number in range(how.capacity)
            if not any(
                block.first <= number < block.end and block.during.start <= moment < block.during.end
                for block in taken
                for moment in needed
            )
        ]
        is_off = any(each.start <= moment < each.end for each in off for moment in needed)
        found[start] = None if free else Reason.BLOCKED if is_off else Reason.BOOKED
    return found


def compare(
    zone: str,
    weekly: dict[int, list[WallRange]],
    day: date,
    laid: list[tuple[int, int, int, bool]],
    how: SlotRules,
) -> None:
    hours = OpeningHours(ZoneInfo(zone), weekly)
    begin = datetime.combine(day, time.min, UTC)
    asked = TimeRange(begin, begin + timedelta(days=1))
    taken: list[Block] = []
    off: list[TimeRange] = []
    for start, length, number, is_off in laid:
        during = TimeRange(begin + minutes(start), begin + minutes(start + length))
        block = Block(during) if is_off else Block(during, number, number + 1)
        if not any(
            each.first < block.end and block.first < each.end and each.during.overlaps(during) for each in taken
        ):
            taken.append(block)
            off += [during] if is_off else []
    opening = openings(hours, within=asked.widen(after=how.duration))

    found = {each.start: each.reason for each in slots(opening, taken, how, starting=asked, closures=off)}

    assert found == brute_force(opening, taken, off, how, asked)
    # Every offer is within the hours as the rest of the platform reads them.
    is_open = open_ranges(hours, within=asked.widen(after=how.duration))
    assert all(any(each.covers(TimeRange.lasting(start, how.duration)) for each in is_open) for start in found)


RULES = st.builds(
    rules,
    st.sampled_from([10, 20, 45, 60, 90]),
    st.sampled_from([10, 15, 25, 30, 60]),
    before=st.sampled_from([0, 10]),
    after=st.sampled_from([0, 5, 30]),
    capacity=st.integers(1, 3),
)
MODEL = given(zone=st.sampled_from(ZONES), weekly=week, day=days, laid=st.lists(blocks, max_size=8), how=RULES)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@MODEL
def test_slots_equal_a_model_that_counts_minutes(
    zone: str, weekly: dict[int, list[WallRange]], day: date, laid: list[tuple[int, int, int, bool]], how: SlotRules
) -> None:
    compare(zone, weekly, day, laid, how)


@pytest.mark.deep
@pytest.mark.timeout(400)
@settings(max_examples=1_500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@MODEL
def test_slots_equal_a_model_that_counts_minutes_in_many_more_worlds(
    zone: str, weekly: dict[int, list[WallRange]], day: date, laid: list[tuple[int, int, int, bool]], how: SlotRules
) -> None:
    compare(zone, weekly, day, laid, how)


@pytest.mark.deep
@pytest.mark.timeout(300)
def test_slots_equal_the_model_on_the_days_of_clock_changes_in_every_zone() -> None:
    weekly = {day: [WallRange(time(0), time(4, 30)), WallRange(time(22), time(1, 30))] for day in range(7)}
    laid = [(95, 50, 0, False), (200, 30, 0, True)]
    for zone in ZONES:
        for day in days_of_change(ZoneInfo(zone), 2026):
            compare(zone, weekly, day, laid, rules(45, 30, after=5))


def days_of_change(zone: ZoneInfo, year: int) -> list[date]:
    noons = [datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in range(365)]
    offsets = [noon.astimezone(zone).utcoffset() for noon in noons]
    return [noons[n].date() for n in range(1, 365) if offsets[n] != offsets[n - 1]]
