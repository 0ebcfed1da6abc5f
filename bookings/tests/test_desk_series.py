"""A series at the desk: its dates, what differs from its rule, and an end to it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.models import Booking, Series
from bookings.services.cancelling import cancel_booking
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.factories import by_staff, completed
from bookings.tests.series_factories import booked, week
from catalog.models import Occupancy
from catalog.tests.factories import NOW, minutes, person, room
from common.models import AuditEntry

pytestmark = pytest.mark.django_db

LIST = "admin:bookings_series_changelist"


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> tuple[User, Client]:
    return dana_as(StaffRole.SUPPORT)


@pytest.fixture
def desk(dana: tuple[User, Client]) -> Client:
    return dana[1]


def page_of(series: Series) -> str:
    return reverse("admin:bookings_series_change", args=[series.pk])


def end_of(series: Series) -> str:
    return reverse("admin:bookings_series_end", args=[series.pk])


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        booked("FREQ=WEEKLY;COUNT=2", of=room(name=f"Room {number}"), alice=person(f"Alice{number}"))

    desk.get(reverse(LIST))
    with django_assert_num_queries(7):
        response = desk.get(reverse(LIST))

    assert len(response.context["cl"].result_list) == count


@pytest.mark.parametrize("count", [2, 6])
def test_its_page_shows_every_date(desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made = booked(f"FREQ=WEEKLY;COUNT={count}")
    numbers = set(Booking.objects.values_list("number", flat=True))

    desk.get(page_of(made.series))
    with django_assert_num_queries(7):
        page = desk.get(page_of(made.series))

    assert {each.number for _, each, _ in page.context["dates"]} == numbers
    assert "Tue 03 Mar 2026 10:00" in page.content.decode()
    assert end_of(made.series) in page.content.decode()


def test_a_series_is_cancelled_from_a_day_on(dana: tuple[User, Client]) -> None:
    user, desk = dana
    series = booked("FREQ=WEEKLY;COUNT=5").series
    sent = {"day": week(3).isoformat(), "reason": "Alice moves away", "edited_version": series.updated_at.isoformat()}

    page, answer = desk.get(end_of(series)), desk.post(end_of(series), sent)

    assert (page.status_code, answer.headers["Location"]) == (200, page_of(series))
    statuses = Booking.objects.order_by("starts_at").values_list("status", "cancellation_reason")
    assert list(statuses) == [("confirmed", "")] * 2 + [("cancelled", "Alice moves away")] * 3
    assert Occupancy.objects.count() == 2
    reasons = AuditEntry.objects.filter(target_table="bookings_booking", action="updated", actor_id=user.pk)
    assert list(reasons.values_list("reason", flat=True)) == ["Alice moves away"] * 3


def test_a_page_that_is_out_of_date_cancels_nothing(desk: Client, travel: Travel) -> None:
    series = booked("FREQ=WEEKLY;COUNT=3").series
    sent = {"day": week(1).isoformat(), "reason": "Alice moves away", "edited_version": series.updated_at.isoformat()}
    travel(NOW + minutes(1))
    series.save()

    assert desk.post(end_of(series), sent).status_code == 409
    assert desk.post(end_of(series), {**sent, "reason": ""}).status_code == 200
    assert not Booking.objects.filter(status="cancelled").exists()


def test_a_series_ends_once(desk: Client) -> None:
    series = booked("FREQ=WEEKLY;COUNT=3").series
    for expected in (302, 409):
        series.refresh_from_db()
        sent = {"day": "2026-03-02", "reason": "Alice moves away", "edited_version": series.updated_at.isoformat()}
        assert desk.post(end_of(series), sent).status_code == expected

    assert desk.get(page_of(series)).context["may_end"] is False


def test_finance_looks_and_ends_nothing() -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series
    _, finance = dana_as(StaffRole.FINANCE)
    sent = {"day": "2026-03-02", "reason": "To save money", "edited_version": series.updated_at.isoformat()}

    assert end_of(series) not in finance.get(page_of(series)).content.decode()
    assert (finance.get(end_of(series)).status_code, finance.post(end_of(series), sent).status_code) == (403, 403)
    assert not Booking.objects.filter(status="cancelled").exists()


def test_a_single_date_leads_back_to_its_series(desk: Client) -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series
    first = Booking.objects.order_by("starts_at")[0]
    cancel_booking(first, actor=by_staff(), reason="Holiday")

    page = desk.get(reverse("admin:bookings_booking_change", args=[first.pk]))
    listed = desk.get(reverse("admin:bookings_booking_changelist"), {"series__id__exact": str(series.pk)})

    assert page_of(series) in page.content.decode()
    assert len(listed.context["cl"].result_list) == 2
    assert completed().starts_at - first.starts_at == timedelta(0)
