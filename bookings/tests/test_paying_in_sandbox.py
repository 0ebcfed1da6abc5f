"""The same journeys at the sandbox: its page, its signed webhooks, its books."""

from typing import Any

import pytest
from django.conf import settings as project
from django.db.models.functions import Now
from pytest_django import Settings

from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking
from bookings.services.rests import deal_with_rest
from bookings.tests.conftest import Travel
from bookings.tests.factories import by_specialist
from bookings.tests.paying import PAYMENTS, books, follow_up, post, to_be_paid
from common import clock
from common.tests.probe.client import client_of
from payments.models import Payment, SavedCard, WebhookEvent
from payments.sandbox.enums import Card
from payments.sandbox.models import SandboxEvent
from payments.sandbox.services.till import answer_bank, pay_with
from payments.services.cards import forget_at_gateway
from payments.services.webhooks import process_webhook
from payments.signatures import stripe_header

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_limits(settings: Settings) -> None:
    settings.RATE_LIMITS = False


def deposit_of(booking: Booking, **more: Any) -> Any:
    answer = post(booking.customer, "/process-deposit", {"booking_id": str(booking.pk), **more})
    assert answer.status_code == 200, answer.content
    return answer.json()["data"]["payment_intent"]


def hear_of_it() -> None:
    """All that the sandbox has to say is sent, to the address that gateways share, and worked on."""
    for event in SandboxEvent.objects.order_by("pk"):
        body = event.body.encode()
        secret = project.SANDBOX_WEBHOOK_SECRETS[0]
        header = stripe_header(body, secret=secret, at=int(clock.now().timestamp()))
        headers = {"Sandbox-Signature": header}
        answer = client_of().post(f"{PAYMENTS}/webhook", body, "application/json", headers=headers)
        assert answer.status_code == 200, answer.content
    for kept in WebhookEvent.objects.order_by("pk"):
        process_webhook(kept.pk)


def test_a_deposit_is_paid_on_the_page_after_the_bank_has_asked() -> None:
    booking = to_be_paid()
    intent = deposit_of(booking)
    assert intent["status"] == "pending"
    assert intent["client"]["next_url"].endswith(intent["gateway_reference"])

    pay_with(intent["gateway_reference"], Card.ASKS)
    hear_of_it()
    assert Payment.objects.get().status == "requires_action"
    answer_bank(intent["gateway_reference"], confirms=True)
    hear_of_it()

    booking.refresh_from_db()
    assert (Payment.objects.get().status, booking.status, booking.payment_status) == (
        "captured",
        "pending",
        "deposit_paid",
    )
    assert set(WebhookEvent.objects.values_list("state", flat=True)) == {"done"}


def test_a_declined_card_is_told_and_another_one_pays_and_is_paid_back() -> None:
    booking = to_be_paid()
    body = {"booking_id": str(booking.pk), "payment_method_id": Card.DECLINED.value}
    declined = post(booking.customer, "/process-deposit", body)
    assert (declined.status_code, declined.json()["error"]["message"]) == (402, "The card was declined.")

    deposit_of(booking, payment_method_id=Card.GOOD.value)
    booking.refresh_from_db()
    assert (booking.status, Payment.objects.count()) == ("pending", 2)
    cancel_booking(booking, actor=by_specialist(booking))
    follow_up()
    hear_of_it()

    booking.refresh_from_db()
    assert (booking.status, booking.payment_status) == ("cancelled", "refunded")
    assert books(booking) == {"fees": 400, "gateway:sandbox": -400}


def test_the_card_of_the_deposit_holds_the_rest_and_pays_it_and_is_forgotten(travel: Travel) -> None:
    booking = to_be_paid(instant_booking=True)
    reader = client_of(booking.customer)
    pay_with(deposit_of(booking)["gateway_reference"], Card.GOOD)
    hear_of_it()
    [card] = reader.get(f"{PAYMENTS}/cards").json()["data"]["cards"]
    assert (card["gateway"], card["brand"], card["last4"], card["expires_on"]) == (
        "sandbox",
        "visa",
        "4242",
        "2039-12-31",
    )

    Booking.objects.update(rest_due_at=Now())
    deal_with_rest(booking.pk)
    held = Payment.objects.get(purpose="rest")
    assert (held.status, held.authorized_minor) == ("authorized", 157_000)
    travel(booking.ends_at)
    complete_booking(booking, actor=by_specialist(booking))
    follow_up()
    Booking.objects.update(rest_due_at=Now())
    deal_with_rest(booking.pk)
    hear_of_it()

    booking.refresh_from_db()
    assert booking.payment_status == "paid"
    assert books(booking) == {"fees": 3_540, "gateway:sandbox": 173_460, "revenue": -150_000, "tax": -27_000}
    assert reader.delete(f"{PAYMENTS}/cards/{card['id']}").status_code == 200
    assert reader.get(f"{PAYMENTS}/cards").json()["data"]["cards"] == []
    forget_at_gateway(SavedCard.objects.get().pk)
    assert not SavedCard.objects.exists()
