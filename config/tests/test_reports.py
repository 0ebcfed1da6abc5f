"""What the office reads of revenue, of services and of how the business goes."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.tests.conftest import travel  # noqa: F401 - the fixture
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, by_customer, by_specialist, completed, offered, somebody
from catalog.models import Service
from catalog.tests.factories import NOW, at
from common.models import AuditEntry

pytestmark = pytest.mark.django_db

REVENUE, SERVICES, BUSINESS = (f"/admin/reports/{name}/" for name in ("revenue", "service-popularity", "business"))
MARCH = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk() -> Client:
    return dana_as(StaffRole.ADMIN)[1]


def cells(desk: Client, path: str, **asked: Any) -> list[list[str]]:
    page = desk.get(path, {**MARCH, **asked})
    assert page.status_code == 200
    return [[str(cell) for cell, _ in line["cells"]] for line in page.context["lines"]]


def moved(booking: Booking, start: Any) -> None:
    Booking.objects.filter(pk=booking.pk).update(starts_at=start, ends_at=start + timedelta(hours=1))


def called(name: str, service: Service) -> Service:
    Service.objects.filter(pk=service.pk).update(name=name)
    return service


def test_revenue_is_cut_by_days_weeks_and_months_of_the_business(desk: Client, travel: Any) -> None:  # noqa: F811
    """U50: half past midnight in Kolkata is the day before in UTC."""
    travel(NOW)
    haircut = offered(price_minor=100_000)
    for hour, start in (("09:00", at("09:00")), ("10:00", at("00:30", date(2026, 3, 4))), ("11:00", at("09:00"))):
        moved(completed(haircut, at(hour)), start)
    appointment(haircut, at("15:00"))

    days = cells(desk, REVENUE, step="day")
    weeks = cells(desk, REVENUE, step="week", to="2026-03-09")
    [month] = cells(desk, REVENUE, step="month")

    assert len(days) == 31
    assert [day[:4] for day in days[2:4]] == [
        ["2026-03-03", "INR", "2", "2000.00"],
        ["2026-03-04", "INR", "1", "1000.00"],
    ]
    assert {day[2] for day in days[4:]} == {"0"}
    assert [week[0::2][:2] for week in weeks] == [["2026-02-23", "0"], ["2026-03-02", "3"], ["2026-03-09", "0"]]
    assert month == ["2026-03-01", "INR", "3", "3000.00", "0.00", "540.00", "3540.00", "1180.00"]


def test_services_are_told_by_how_often_they_are_booked(desk: Client) -> None:
    haircut, shave = called("Haircut", offered(price_minor=100_000)), called("Shave", offered("Paul"))
    for hour in ("09:00", "10:00"):
        completed(haircut, at(hour))
    cancel_booking(gone := appointment(haircut, at("11:00"), alice=somebody("Charlie")), actor=by_customer(gone))
    appointment(shave, at("09:00"))

    assert cells(desk, SERVICES) == [
        ["Haircut", "Bob's", "INR", "3", "2", "2", "1", "2000.00"],
        ["Shave", "Paul's", "INR", "1", "1", "0", "0", "0.00"],
    ]
    assert cells(desk, SERVICES, to="2026-03-02") == []


def test_the_business_figures_stand_beside_those_of_the_days_before(desk: Client, travel: Any) -> None:  # noqa: F811
    travel(NOW)
    haircut, unpaid = offered(price_minor=100_000), offered("Paul", deposit_minor=100)
    moved(completed(haircut, at("09:00")), at("09:00", date(2026, 2, 10)))
    for hour, name in (("10:00", "Alice"), ("11:00", "Charlie")):
        completed(haircut, at(hour), alice=somebody(name))
    cancel_booking(ill := appointment(haircut, at("12:00")), actor=by_specialist(ill), reason="Ill")
    appointment(unpaid, at("12:00"))

    figures = {name: (now, before) for name, now, before, _ in cells(desk, BUSINESS)}

    assert figures == {
        "Bookings made": ("5", "0"),
        "Conversion": ("80 %", "–"),
        "Completed": ("66 %", "100 %"),
        "No-shows": ("0 %", "0 %"),
        "Cancelled by customers": ("0 %", "0 %"),
        "Cancelled by specialists": ("33 %", "0 %"),
        "Average order value": ("1180.00 INR", "1180.00 INR"),
        "Customers": ("2", "1"),
        "Returning customers": ("50 %", "0 %"),
    }


@pytest.mark.parametrize(("path", "queries"), [(REVENUE, 4), (SERVICES, 4), (BUSINESS, 7)])
def test_a_report_costs_the_same_however_many_bookings_there_are(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries, path: str, queries: int
) -> None:
    for number in range(2):
        completed(offered(f"Bob{number}"), at("09:00"))
        desk.get(path, MARCH)
        with django_assert_num_queries(queries):
            assert len(cells(desk, path)) >= 1


def test_a_report_is_a_file_as_well_and_the_audit_log_knows(desk: Client) -> None:
    completed(called("=Haircut", offered(price_minor=100_000)), at("09:00"))

    answer = desk.get(SERVICES, {**MARCH, "csv": "1"})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()

    assert lines[1] == "'=Haircut,Bob's,INR,1,1,1,0,1000.00"
    assert lines[2].startswith("Total INR,,,1,1,1,0,1000.00")
    entry = AuditEntry.objects.get(action="exported")
    assert entry.data == {"report": "service-popularity", "from": "2026-03-01", "to": "2026-03-31"}


@pytest.mark.parametrize(
    "nonsense", [{"from": "x"}, {"from": "2026-03-02", "to": "2026-03-01"}, {"from": "0001-01-01"}, {"step": "year"}]
)
def test_days_that_make_no_sense_are_the_last_thirty(desk: Client, travel: Any, nonsense: dict[str, str]) -> None:  # noqa: F811
    travel(NOW)

    asked = desk.get(REVENUE, nonsense).context["asked"]

    assert (asked.last, asked.step) == (date(2026, 3, 2), "day")


def test_only_those_who_may_export_bookings_read_reports() -> None:
    answers = {role: dana_as(role, role.name)[1].get(REVENUE).status_code for role in StaffRole}

    assert answers == {
        StaffRole.SUPER_ADMIN: 200,
        StaffRole.ADMIN: 200,
        StaffRole.FINANCE: 200,
        StaffRole.SUPPORT: 403,
    }
