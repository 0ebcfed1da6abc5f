"""Cash: said once by whoever was given it, for exactly what is due, and in the books like all other money."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, by_specialist, by_staff, offered, somebody
from bookings.tests.paying import GOOD, books, follow_up, paid, post
from catalog.tests.factories import at, person
from common.models import AuditEntry
from common.tests.probe.client import detail_codes, refused
from notifications.models import Notification
from payments.enums import Purpose
from payments.models import Payment, Refund
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def gateways(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH, "cash": "payments.gateways.cash.CashGateway"}
    settings.RATE_LIMITS = settings.STAFF_SECOND_FACTOR = False
    FakeGateway.world()


@pytest.fixture
def booking() -> Booking:
    """Alice's with Bob, at 1770.00 in cash."""
    return appointment(offered(instant_booking=True), payment_method="cash")


def bob_says(booking: Booking, key: str = "", **more: Any) -> Any:
    assert booking.specialist is not None
    return post(booking.specialist.user, "/cash", {"booking_id": str(booking.pk), **more}, key)


def test_what_the_specialist_was_given_pays_the_booking_once(booking: Booking, travel: Travel) -> None:
    """A104."""
    first = bob_says(booking, key="one", amount="1770.00")
    assert first.status_code == 200, first.content
    told = first.json()["data"]
    assert (told["payment"]["status"], told["payment"]["payment_method"]) == ("captured", "cash")
    assert (told["payment_status"], told["booking_number"]) == ("paid", booking.number)

    assert bob_says(booking, key="one", amount="1770.00").content == first.content
    assert bob_says(booking).json()["data"]["payment"]["id"] == told["payment"]["id"]
    error = refused(bob_says(booking, amount="1700.00"), 422, "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == {"amount": "AMOUNT_MISMATCH"}

    assert Payment.objects.count() == 1
    assert books(booking) == {"gateway:cash": 177_000, "customer:deposits": -177_000}
    travel(booking.ends_at)
    complete_booking(Booking.objects.get(), actor=by_specialist(booking))
    follow_up()
    assert books(booking) == {"gateway:cash": 177_000, "revenue": -150_000, "tax": -27_000}
    assert Notification.objects.filter(recipient=booking.customer, kind="payment_received").count() == 1
    entry = AuditEntry.objects.get(action="cash received")
    assert (entry.data["amount"], entry.data["payable"]) == ("1770.00", str(booking.pk))


def test_only_those_who_can_have_been_given_it_say_so(booking: Booking) -> None:
    body = {"booking_id": str(booking.pk)}
    refused(post(booking.customer, "/cash", body), 403, "INSUFFICIENT_PERMISSIONS")
    refused(post(somebody("Charlie"), "/cash", body), 404, "RESOURCE_NOT_FOUND")
    refused(bob_says(booking, amount="1769.99"), 422, "BUSINESS_RULE_VIOLATION")
    assert not Payment.objects.exists()

    dana, _ = dana_as(StaffRole.SUPPORT)
    assert post(dana, "/cash", body).json()["data"]["payment_status"] == "paid"


def test_what_is_paid_online_or_called_off_is_not_paid_in_cash(booking: Booking) -> None:
    online = appointment(booking.service, at("14:00"))
    error = refused(bob_says(online), 422, "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == {"booking_id": "NOT_CASH"}
    off = appointment(booking.service, at("15:00"), payment_method="cash")
    cancel_booking(off, actor=by_staff())
    refused(bob_says(off), 422, "BUSINESS_RULE_VIOLATION")
    # Alice has paid at the gateway after all.
    paid(booking, Purpose.FULL)
    refused(bob_says(booking), 422, "BUSINESS_RULE_VIOLATION")

    assert not Payment.objects.filter(gateway="cash").exists()


def test_cash_beyond_a_deposit_that_was_paid_online_is_the_rest_and_goes_back_with_it(travel: Travel) -> None:
    booking = appointment(offered(deposit_minor=20_000, instant_booking=True), payment_method="cash")
    post(booking.customer, "/process-deposit", {"booking_id": str(booking.pk), "payment_method_id": GOOD})

    assert bob_says(booking, amount="1570.00").json()["data"]["payment_status"] == "paid"
    cancel_booking(Booking.objects.get(), actor=by_specialist(booking))
    follow_up()

    assert books(booking) == {}
    assert sorted(Refund.objects.values_list("amount_minor", "status")) == [
        (20_000, "succeeded"),
        (157_000, "succeeded"),
    ]


def test_the_desk_notes_it_after_a_question_and_the_audit_log_keeps_who(booking: Booking) -> None:
    dana, desk = dana_as(StaffRole.ADMIN)
    page, change = (reverse(f"admin:bookings_booking_{name}", args=[booking.pk]) for name in ("cash", "change"))
    assert page in desk.get(change).content.decode()
    asked = desk.get(page).content.decode()
    assert "1770.00" in asked
    assert "Alice" in asked
    assert not Payment.objects.exists()

    wrong = desk.post(page, {"amount": "1000.00"})
    assert (wrong.status_code, "What is due is 1770.00 INR." in wrong.content.decode()) == (422, True)
    for _ in range(2):
        assert desk.post(page, {"amount": "1770.00", "reason": "At the counter"}).status_code == 302

    assert Payment.objects.get().captured_minor == 177_000
    assert page not in desk.get(change).content.decode()
    entry = AuditEntry.objects.get(action="cash received")
    assert (entry.actor_id, entry.reason) == (dana.pk, "At the counter")

    desk.force_login(person("Erin", is_staff=True), backend="django.contrib.auth.backends.ModelBackend")
    assert [ask(page).status_code for ask in (desk.get, desk.post)] == [403, 403]
