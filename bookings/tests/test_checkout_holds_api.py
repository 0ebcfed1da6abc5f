"""A time that a checkout holds: kept from everybody else for as long as the price is promised, and no longer."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import Settings

from accounts.models import User
from bookings.models import Booking, CheckoutPreview, Series
from bookings.services.previews import forget_previews, give_back_holds
from bookings.tests.api_calls import appointment_of, post
from bookings.tests.checkout import TUESDAY_AT_TEN, basket_of, confirm, confirmed, facial, prepare, preview, yes_to
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, in_force, offered, somebody
from bookings.tests.test_every_door_api import at_the_desk, by_a_service, by_hand, by_series
from catalog.models import Occupancy, Service
from catalog.tests.factories import NOW, at, between, room, rows
from common.tests.probe.client import detail_codes, refused

pytestmark = pytest.mark.django_db

CASH = {"payment_method": "cash", "cancellation_policy_accepted": True}
LATE = NOW + timedelta(seconds=121)


@pytest.fixture(autouse=True)
def unlimited(settings: Settings) -> None:
    settings.RATE_LIMITS = False
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def alice() -> User:
    return somebody("Alice")


@pytest.fixture
def consultation() -> Service:
    return offered(room=room(name="Bob's room"))


def held(user: User, *services: Service, **more: Any) -> dict[str, Any]:
    shown = preview(user, basket_of(*services, **TUESDAY_AT_TEN) | more)
    assert shown["is_held"] is True
    return shown


def kinds() -> list[str]:
    return sorted(Occupancy.objects.values_list("kind", flat=True))


@pytest.mark.parametrize("door", [by_hand, by_series, by_a_service, at_the_desk])
def test_what_a_checkout_holds_is_taken_for_every_other_door(
    consultation: Service, door: Callable[[Service], Any]
) -> None:
    """U3."""
    held(somebody("Priya"), consultation)

    assert door(consultation).status_code == 409
    refused(prepare(somebody("Charlie"), basket_of(consultation, **TUESDAY_AT_TEN)), 409, "BOOKING_CONFLICT")

    assert Booking.objects.count() == Series.objects.count() == 0
    assert kinds() == ["hold", "hold"]


def test_what_is_held_becomes_the_booking_as_it_is(alice: User, consultation: Service) -> None:
    shown = held(alice, consultation)
    before = list(Occupancy.objects.order_by("pk").values("pk", "lanes", "during"))

    told = confirmed(alice, {"preview_id": shown["preview_id"], **CASH})

    assert (told["booking"]["kind"], told["booking"]["status"]) == ("appointment", "pending")
    assert "message" not in told
    assert list(Occupancy.objects.order_by("pk").values("pk", "lanes", "during")) == before
    assert set(Occupancy.objects.values_list("kind", "subject_id")) == {("booking", Booking.objects.get().pk)}
    assert CheckoutPreview.objects.get().is_holding is False


def test_another_time_than_the_held_one_gives_that_back(alice: User, consultation: Service) -> None:
    shown = held(alice, consultation)
    appointment(consultation, at("12:00"), alice=somebody("Charlie"))

    taken = confirm(alice, yes_to(shown["preview_id"], booking_time="12:00"))
    assert detail_codes(refused(taken, 409, "BOOKING_CONFLICT")) == {}
    assert kinds() == ["booking", "booking", "hold", "hold"]
    confirmed(alice, yes_to(shown["preview_id"], booking_time="10:30"))

    assert kinds() == ["booking"] * 4
    assert consultation.owner is not None
    assert [time for _, time, *_ in rows(consultation.owner.calendar)] == [
        between("10:30", "11:30"),
        between("12:00", "13:00"),
    ]


def test_a_customer_holds_one_time_and_the_next_preview_takes_it_over(alice: User, consultation: Service) -> None:
    """A114."""
    first = held(alice, consultation)
    again = held(alice, consultation, booking_time="10:30 AM")
    assert consultation.owner is not None
    assert [time for _, time, *_ in rows(consultation.owner.calendar)] == [between("10:30", "11:30")]
    preview(alice, basket_of(facial()))

    assert kinds() == []
    assert CheckoutPreview.objects.holding().count() == 0
    # The price is promised all the same, and so is the time of neither: it is free, or it is not.
    appointment(consultation, at("10:30"), alice=somebody("Charlie"))
    lost = refused(confirm(alice, {"preview_id": again["preview_id"], **CASH}), 409, "BOOKING_CONFLICT")
    assert detail_codes(lost) == {"booking_time": "HOLD_EXPIRED"}
    assert lost["conflicts"] == [{"start_time": "2026-03-03T05:00:00Z", "end_time": "2026-03-03T06:00:00Z"}]
    confirmed(alice, yes_to(first["preview_id"], booking_time="2:00 PM"))


def test_nobody_holds_times_who_has_others_to_pay_for(alice: User) -> None:
    """A114."""
    in_force(unpaid_holds=1)
    appointment(offered(deposit_minor=20_000), alice=alice)

    answer = prepare(alice, basket_of(offered("Priya"), **TUESDAY_AT_TEN))

    assert detail_codes(refused(answer, 422, "BUSINESS_RULE_VIOLATION")) == {"": "TOO_MANY_UNPAID"}
    assert (kinds(), CheckoutPreview.objects.count()) == (["booking"], 0)


@pytest.mark.parametrize("is_swept", [True, False])
def test_who_is_late_has_the_time_if_it_is_free_and_costs_what_it_did(
    alice: User, consultation: Service, is_swept: bool, travel: Travel
) -> None:
    """E034."""
    shown = held(alice, consultation)
    other = held(somebody("Charlie"), consultation, booking_time="2:00 PM")
    travel(LATE)
    if is_swept:
        assert give_back_holds() == 2
        assert kinds() == []

    confirmed(alice, {"preview_id": shown["preview_id"], **CASH})

    Service.objects.update(price_minor=200_000)
    dearer = refused(
        confirm(somebody("Charlie"), {"preview_id": other["preview_id"], **CASH}), 409, "DUPLICATE_RESOURCE"
    )
    assert detail_codes(dearer) == {"preview_id": "PRICE_CHANGED"}
    assert dearer["quote"]["pricing"]["grand_total"] == "2360.00"


def test_who_is_late_and_after_somebody_else_is_told_so(alice: User, consultation: Service, travel: Travel) -> None:
    """E034."""
    shown = held(alice, consultation)
    travel(LATE)
    give_back_holds()
    assert post(somebody("Charlie"), appointment_of(consultation)).status_code == 201

    lost = refused(confirm(alice, {"preview_id": shown["preview_id"], **CASH}), 409, "BOOKING_CONFLICT")

    assert detail_codes(lost) == {"booking_time": "HOLD_EXPIRED"}
    assert lost["conflicts"][0] == {"start_time": "2026-03-03T04:30:00Z", "end_time": "2026-03-03T05:30:00Z"}


def test_sweeps_give_back_what_is_due_and_forget_what_is_long_over(alice: User, consultation: Service) -> None:
    held(alice, consultation)
    # The database's clock decides.
    CheckoutPreview.objects.update(expires_at=Now() + timedelta(seconds=60))
    assert (give_back_holds(), forget_previews(), kinds()) == (0, 0, ["hold", "hold"])

    CheckoutPreview.objects.update(expires_at=Now() - timedelta(hours=25))
    assert (forget_previews(), give_back_holds(), give_back_holds(), kinds()) == (0, 1, 0, [])
    assert (forget_previews(), CheckoutPreview.objects.count()) == (1, 0)
