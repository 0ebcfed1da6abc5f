"""One truth for every door: whoever asks for a time, and however they ask, gets the same answer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import Address
from accounts.roles import StaffRole
from accounts.tests.services_cast import clinic
from bookings.models import Booking, Series
from bookings.tests.api_calls import appointment_of, booked, get, post, step
from bookings.tests.appointments_cast import OWN, call, in_use, john, wish
from bookings.tests.checkout import visited
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, offered, somebody
from catalog.enums import OccupancyKind
from catalog.models import Occupancy, Service, Specialist
from catalog.tests.factories import NOW, at, between
from catalog.tests.factories import book as take
from common.tests.probe.client import client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation() -> Service:
    return offered()


def by_hand(wanted: Service) -> Any:
    return post(somebody("Alice"), appointment_of(wanted))


def by_series(wanted: Service) -> Any:
    return post(somebody("Alice"), appointment_of(wanted, recurrence_rule="FREQ=WEEKLY;COUNT=2"), "/recurring")


def by_a_service(wanted: Service) -> Any:
    account = in_use(clinic(*OWN))
    return call("post", "/appointments", wish(john(account), wanted))


def at_the_desk(wanted: Service) -> Any:
    _, desk = dana_as(StaffRole.ADMIN)
    sent = {"customer": somebody("Alice").pk, "service": wanted.pk, "day": "2026-03-03", "time": "10:00"}
    return desk.post(reverse("admin:bookings_booking_add"), {**sent, "overrule": "on", "reason": "She insists"})


@pytest.mark.parametrize("door", [by_hand, by_series, by_a_service, at_the_desk])
def test_what_is_held_for_one_is_taken_for_everybody_else(
    consultation: Service, door: Callable[[Service], Any], settings: Settings
) -> None:
    """U3: somebody is about to pay for it."""
    settings.STAFF_SECOND_FACTOR = False
    assert consultation.owner is not None
    take(consultation.owner.calendar, between("10:00", "11:00"), kind=OccupancyKind.HOLD)

    assert door(consultation).status_code == 409

    assert Booking.objects.count() == Series.objects.count() == 0
    assert Occupancy.objects.count() == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda bob: Specialist.objects.filter(pk=bob.pk).update(is_active=False),
        lambda bob: Specialist.objects.filter(pk=bob.pk).update(is_verified=False),
        lambda bob: bob.services.update(archived_at=NOW),
    ],
    ids=["inactive", "unverified", "archived"],
)
def test_what_was_offered_a_moment_ago_may_be_gone(consultation: Service, spoil: Callable[[Any], Any]) -> None:
    """E033."""
    alice = somebody("Alice")
    assert Client().get(f"/api/v1/services/{consultation.pk}").status_code == 200
    spoil(consultation.owner)

    error = refused(post(alice, appointment_of(consultation)), 422, "BUSINESS_RULE_VIOLATION")

    assert detail_codes(error) == {"service_id": "NOT_BOOKABLE"}
    assert Booking.objects.count() == Occupancy.objects.count() == 0


def test_what_is_remembered_as_the_first_free_time_is_looked_up_again_once_it_is_taken(
    consultation: Service, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    """E044."""

    def first_free() -> str:
        found = Client().get("/api/v1/services/search", {"sort_by": "next_available"}).json()["data"]
        [shown] = found["services"]
        return str(shown["next_available"])

    first = first_free()
    with django_capture_on_commit_callbacks(execute=True):
        booked(post(somebody("Charlie"), appointment_of(consultation, start_time=first)), 201)

    refused(post(somebody("Alice"), appointment_of(consultation, start_time=first)), 409, "BOOKING_CONFLICT")
    assert first_free() > first


def test_the_platforms_clock_alone_decides_about_a_fee(consultation: Service, travel: Travel) -> None:
    """A115: what a client says of the time is refused or not looked at."""
    booking = appointment(consultation, at("10:00") + timedelta(days=2))
    alice = booking.customer
    travel(booking.starts_at - timedelta(hours=24) + timedelta(seconds=1))
    earlier = {"Date": "Sun, 01 Mar 2026 00:00:00 GMT", "X-Timezone": "Pacific/Honolulu"}

    claimed = refused(step(alice, booking, "cancel", {"cancelled_at": "2026-03-01T00:00:00Z"}), 400, "VALIDATION_ERROR")
    before = get(alice, f"/{booking.pk}").json()["data"]
    gone = booked(step(alice, booking, "cancel", **earlier))

    assert detail_codes(claimed) == {"cancelled_at": "UNKNOWN_FIELD"}
    assert (before["status"], before["cancellation_fee_now"]) == ("pending", "177.00")
    assert gone["pricing"]["cancellation_fee"] == "177.00"
    assert gone["cancellation"]["at"] == "2026-03-04T04:30:01Z"


def test_a_booking_keeps_its_address_when_the_book_of_addresses_does_not() -> None:
    """E107."""
    alice = somebody("Alice")
    visit, home = visited(alice), Address.objects.get()

    assert client_of(alice).delete(f"/api/v1/users/addresses/{home.pk}").status_code == 200

    assert client_of(alice).get(f"/api/v1/users/addresses/{home.pk}").status_code == 404
    kept = get(alice, f"/{visit.pk}").json()["data"]["address"]
    assert (kept["address_line1"], kept["city"]) == (home.address_line1, home.city)


def test_whoever_tries_a_strangers_booking_stands_in_the_access_log(
    consultation: Service, caplog: pytest.LogCaptureFixture
) -> None:
    """A001: a refusal changes no row, so the log of requests tells of it, and by whom it was."""
    booking, charlie = appointment(consultation), somebody("Charlie")

    with caplog.at_level("INFO", logger="almanac.access"):
        refused(step(charlie, booking, "cancel"), 404, "RESOURCE_NOT_FOUND")

    [line] = [record.msg for record in caplog.records if record.name == "almanac.access"]
    assert isinstance(line, dict)
    assert (line["status"], line["user_id"], line["path"]) == (
        404,
        str(charlie.pk),
        f"/api/v1/bookings/{booking.pk}/cancel",
    )
