"""What it costs to cancel, to the second and the cent."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bookings.cancellation import Agreed, Policy, Rule, decide
from bookings.enums import Role
from common.money import Money

NEW_YORK = ZoneInfo("America/New_York")
START = datetime(2026, 3, 20, 10, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BY_HOURS = Policy(free_minutes=5, fee_basis_points=1000, deadline_hours=24)


def agreed(**fields: Any) -> Agreed:
    facts: dict[str, Any] = {
        "policy": BY_HOURS,
        "booked_at": START - timedelta(days=10),
        "starts_at": START,
        "zone": NEW_YORK,
        "total": Money(177_120, "INR"),
        "deposit": Money(0, "INR"),
    }
    return Agreed(**{**facts, **fields})


def fee(booking: Agreed, now: datetime, by: Role = Role.CUSTOMER) -> tuple[Rule, int]:
    decision = decide(booking, by=by, now=now)
    assert decision.is_allowed
    return decision.rule, decision.fee.minor


@pytest.mark.parametrize(
    ("early", "rule", "minor"),
    [
        (timedelta(hours=25), Rule.IN_TIME, 0),
        (timedelta(hours=24), Rule.IN_TIME, 0),
        (timedelta(hours=24) - SECOND, Rule.LATE, 17_712),
        (timedelta(hours=23), Rule.LATE, 17_712),
        (SECOND, Rule.LATE, 17_712),
    ],
)
def test_it_is_free_until_the_deadline_inclusive(early: timedelta, rule: Rule, minor: int) -> None:
    """E093, E094, U15."""
    assert fee(agreed(), START - early) == (rule, minor)


def test_it_is_free_for_five_minutes_after_booking() -> None:
    """E092."""
    booked_at = START - timedelta(hours=1)
    late = agreed(booked_at=booked_at)

    assert fee(late, booked_at + timedelta(minutes=5)) == (Rule.JUST_BOOKED, 0)
    assert fee(late, booked_at + timedelta(minutes=5) + SECOND) == (Rule.LATE, 17_712)


@pytest.mark.parametrize("role", [Role.CUSTOMER, Role.SPECIALIST, Role.PARTNER])
def test_from_the_start_on_only_staff_and_the_platform_cancel(role: Role) -> None:
    """E095."""
    just_booked = agreed(booked_at=START - timedelta(minutes=1))

    for now in (START, START + timedelta(days=1)):
        decision = decide(just_booked, by=role, now=now)
        assert (decision.is_allowed, decision.rule, decision.fee.minor) == (False, Rule.STARTED, 0)
        assert fee(just_booked, now, Role.STAFF) == (Rule.NOT_THE_CUSTOMER, 0)
        assert fee(just_booked, now, Role.SYSTEM) == (Rule.NOT_THE_CUSTOMER, 0)


@pytest.mark.parametrize("role", [Role.SPECIALIST, Role.PARTNER, Role.STAFF, Role.SYSTEM])
def test_whoever_else_cancels_it_costs_the_customer_nothing(role: Role) -> None:
    """E096."""
    assert fee(agreed(deposit=Money(50_000, "INR")), START - SECOND, role) == (Rule.NOT_THE_CUSTOMER, 0)


def test_what_was_never_paid_costs_nothing() -> None:
    """E097."""
    assert fee(agreed(is_unpaid_hold=True), START - SECOND) == (Rule.UNPAID, 0)


def test_the_fee_is_the_deposit_where_that_is_more_and_never_more_than_the_price() -> None:
    assert fee(agreed(deposit=Money(20_000, "INR")), START - SECOND) == (Rule.LATE, 20_000)
    assert fee(agreed(deposit=Money(10_000, "INR")), START - SECOND) == (Rule.LATE, 17_712)
    assert fee(agreed(policy=Policy(0, 10_000, 24)), START - SECOND) == (Rule.LATE, 177_120)
    assert fee(agreed(total=Money(0, "INR")), START - SECOND) == (Rule.LATE, 0)


def test_half_a_cent_is_rounded_up() -> None:
    assert fee(agreed(total=Money(5, "INR")), START - SECOND) == (Rule.LATE, 1)


def test_hours_are_elapsed_and_days_are_wall_time() -> None:
    """E010: clocks went forward in the night before."""
    start = datetime(2026, 3, 8, 10, 0, tzinfo=NEW_YORK)

    by_hours = BY_HOURS.deadline(start.astimezone(UTC), NEW_YORK)
    by_days = Policy(5, 1000, deadline_days=1).deadline(start.astimezone(UTC), NEW_YORK)

    assert by_hours == datetime(2026, 3, 7, 9, 0, tzinfo=NEW_YORK)
    assert by_days == datetime(2026, 3, 7, 10, 0, tzinfo=NEW_YORK)


@pytest.mark.parametrize("policy", [BY_HOURS, Policy(0, 0, deadline_days=3)], ids=["hours", "days"])
def test_a_policy_is_kept_as_json_and_read_back(policy: Policy) -> None:
    assert Policy.from_json(policy.as_json()) == policy
