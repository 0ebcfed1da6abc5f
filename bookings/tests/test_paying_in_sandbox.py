"""The same journeys at the sandbox: its page, its signed webhooks, its books."""

from typing import Any

import pytest
from django.conf import settings as project
from pytest_django import Settings

from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.tests.factories import by_specialist
from bookings.tests.paying import PAYMENTS, books, follow_up, post, to_be_paid
from common import clock
from common.tests.probe.client import client_of
from payments.models import Payment, WebhookEvent
from payments.sandbox.enums import Card
from payments.sandbox.models import SandboxEvent
from payments.sandbox.services.till import answer_bank, pay_with
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
