"""/payments: paying over the API, what is refused, and what gateways send."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from bookings.models import Booking
from bookings.tests.factories import appointment, in_force, somebody
from bookings.tests.paying import GOOD, PAYMENTS, follow_up, inr, order_of, pays, post, to_be_paid, webhook
from common.ids import new_id
from common.tests.probe.client import client_of, detail_codes, refused
from payments.enums import PaymentStatus
from payments.gateways.base import Silent, Unavailable
from payments.models import Payment, Refund, WebhookEvent
from payments.services.webhooks import process_webhook, replay_webhook
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH, "cash": "payments.gateways.cash.CashGateway"}
    settings.RATE_LIMITS = False
    FakeGateway.world()


@pytest.fixture
def booking() -> Booking:
    return to_be_paid()


def deposit_of(booking: Booking, **more: Any) -> dict[str, Any]:
    return {"booking_id": str(booking.pk), "payment_method_id": GOOD, **more}


def data(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.content
    return response.json()["data"]


def test_a_deposit_and_then_the_rest_are_paid(booking: Booking) -> None:
    alice = booking.customer

    first = post(alice, "/process-deposit", deposit_of(booking, amount="200.00"), key="one")
    told = data(first)
    assert (told["payment_intent"]["status"], told["payment_intent"]["amount"]) == ("captured", "200.00")
    assert (told["booking"]["status"], told["booking"]["payment_status"]) == ("pending", "deposit_paid")
    again = post(alice, "/process-deposit", deposit_of(booking, amount="200.00"), key="one")
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")

    rest = data(post(alice, "/process-full-payment", deposit_of(booking)))
    assert (rest["payment"]["final_amount"], rest["booking"]["payment_status"]) == ("1570.00", "paid")
    # E168: twice is once.
    assert data(post(alice, "/process-full-payment", deposit_of(booking)))["payment"]["id"] == rest["payment"]["id"]

    listed = data(client_of(alice).get(f"{PAYMENTS}/history"))["payments"]
    assert [(each["type"], each["amount"]) for each in listed] == [("rest", "1570.00"), ("deposit", "200.00")]
    status = data(client_of(alice).get(f"{PAYMENTS}/{listed[0]['id']}/status"))
    assert (status["status"], status["payment_method"]) == ("captured", "fake")
    stranger = client_of(somebody("Charlie"))
    refused(stranger.get(f"{PAYMENTS}/{listed[0]['id']}/status"), 404, "RESOURCE_NOT_FOUND")


@pytest.mark.parametrize(
    ("body", "status", "codes"),
    [
        ({"amount": "201.00"}, 422, {"amount": "AMOUNT_MISMATCH"}),
        ({"amount": "2e2"}, 400, {"amount": "INVALID"}),
        ({"gateway": "cash"}, 400, {"gateway": "INVALID"}),
        ({"gateway": "nobody"}, 400, {"gateway": "INVALID"}),
        ({"currency": "INR"}, 400, {"currency": "UNKNOWN_FIELD"}),
        ({"booking_id": 7}, 400, {"booking_id": "INVALID"}),
    ],
    ids=["another amount", "no amount", "cash", "no gateway", "a currency", "no id"],
)
def test_what_a_client_says_is_checked_and_never_obeyed(
    booking: Booking, body: dict[str, Any], status: int, codes: dict[str, str]
) -> None:
    answer = post(booking.customer, "/process-deposit", deposit_of(booking) | body)

    error = refused(answer, status, "VALIDATION_ERROR" if status == 400 else "BUSINESS_RULE_VIOLATION")
    assert detail_codes(error) == codes
    assert not Payment.objects.exists()


def test_nobody_pays_for_somebody_else_or_for_what_is_not_due(booking: Booking) -> None:
    charlie = somebody("Charlie")
    refused(post(charlie, "/process-deposit", deposit_of(booking)), 404, "RESOURCE_NOT_FOUND")
    bob = booking.specialist
    assert bob is not None
    refused(post(bob.user, "/process-deposit", deposit_of(booking)), 404, "RESOURCE_NOT_FOUND")
    unpaid = appointment(booking.service, booking.starts_at.replace(day=5), alice=charlie)
    Booking.objects.filter(pk=unpaid.pk).update(status="pending")
    refused(post(charlie, "/process-deposit", deposit_of(unpaid)), 422, "BUSINESS_RULE_VIOLATION")
    assert not Payment.objects.exists()


def test_a_silent_gateway_is_told_as_such_and_the_same_key_goes_on(booking: Booking) -> None:
    FakeGateway.after["open"] = Silent("timed out")

    answer = post(booking.customer, "/process-deposit", deposit_of(booking), key="one")
    refused(answer, 503, "SERVICE_UNAVAILABLE")
    told = data(post(booking.customer, "/process-deposit", deposit_of(booking), key="one"))

    assert told["payment_intent"]["status"] == "captured"
    assert (Payment.objects.count(), len(FakeGateway.orders)) == (1, 1)


def test_a_browser_that_says_it_is_paid_is_not_believed(booking: Booking, settings: Settings) -> None:
    """E161, A084."""
    settings.PAYMENT_GATEWAYS = {"razorpay": PATH}
    told = data(post(booking.customer, "/process-deposit", {"booking_id": str(booking.pk)}))
    order = told["payment_intent"]["gateway_reference"]
    triple = {"razorpay_order_id": order, "razorpay_payment_id": "pay-1"}
    good = {**triple, "razorpay_signature": f"signed {order}|pay-1"}

    forged = post(booking.customer, "/verify", {**triple, "razorpay_signature": "forged"})
    assert detail_codes(refused(forged, 400, "VALIDATION_ERROR")) == {"razorpay_signature": "INVALID"}
    refused(post(somebody("Charlie"), "/verify", good), 404, "RESOURCE_NOT_FOUND")
    assert data(post(booking.customer, "/verify", good))["payment_status"] == "unpaid"

    FakeGateway.pays(order)
    FakeGateway.becomes(order, charge_ref="pay-1")
    verified = data(post(booking.customer, "/verify", good))
    assert (verified["booking_status"], verified["payment_status"]) == ("pending", "deposit_paid")
    assert verified["booking_number"] == booking.number
    other = {**triple, "razorpay_payment_id": "pay-2", "razorpay_signature": f"signed {order}|pay-2"}
    refused(post(booking.customer, "/verify", other), 422, "BUSINESS_RULE_VIOLATION")


def test_a_specialist_gives_money_back_and_a_large_amount_waits_for_a_second_person(booking: Booking) -> None:
    data(post(booking.customer, "/process-full-payment", deposit_of(booking)))
    assert booking.specialist is not None
    bob = booking.specialist.user
    part = {"booking_id": str(booking.pk), "refund_type": "partial", "amount": "100.00", "reason": "I was late."}

    refused(post(booking.customer, "/refund", part), 403, "INSUFFICIENT_PERMISSIONS")
    refused(post(somebody("Charlie"), "/refund", part), 404, "RESOURCE_NOT_FOUND")
    refused(post(bob, "/refund", part | {"amount": "1770.01"}), 422, "BUSINESS_RULE_VIOLATION")
    refused(post(bob, "/refund", part | {"amount": "0"}), 422, "BUSINESS_RULE_VIOLATION")
    refused(post(bob, "/refund", part | {"amount": "-1"}), 400, "VALIDATION_ERROR")
    told = data(post(bob, "/refund", part), 201)

    assert (told["amount"], [each["status"] for each in told["refunds"]]) == ("100.00", ["pending"])
    follow_up()
    assert Refund.objects.get().status == "succeeded"
    assert Booking.objects.get(pk=booking.pk).payment_status == "partially_refunded"


# Webhooks


def test_a_gateway_is_never_turned_away_for_sending_much(booking: Booking, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    in_force(anonymous_per_minute=1)

    assert {webhook("elsewhere").status_code for _ in range(3)} == {200}


def test_a_webhook_is_kept_once_and_worked_on_later(booking: Booking) -> None:
    payment = order_of(booking)
    pays(payment)

    for _ in range(2):
        assert webhook(str(payment.gateway_ref), "event-1").status_code == 200

    event = WebhookEvent.objects.get()
    assert (event.state, Payment.objects.get().status) == ("received", "pending")
    for _ in range(2):
        process_webhook(event.pk)
    event.refresh_from_db()
    assert (event.state, event.attempts, Payment.objects.get().status) == ("done", 1, "captured")


@pytest.mark.parametrize("path", ["/webhook/fake", "/webhook"])
def test_what_is_not_signed_is_refused_without_a_reason(path: str, booking: Booking) -> None:
    """E154."""
    answer = Client().post(f"{PAYMENTS}{path}", b"{", "application/json", headers={"Fake-Signature": "bad"})

    assert refused(answer, 400, "VALIDATION_ERROR")["message"] == "This is not signed by a gateway."
    assert not WebhookEvent.objects.exists()
    refused(Client().post(f"{PAYMENTS}/webhook/nobody", b"{}", "application/json"), 404, "RESOURCE_NOT_FOUND")


def test_an_order_that_nobody_knows_is_kept_for_people(booking: Booking) -> None:
    """E158."""
    FakeGateway.orders["elsewhere"] = FakeGateway.becomes(str(order_of(booking).gateway_ref), payment_id=str(new_id()))
    webhook("elsewhere")
    event = WebhookEvent.objects.get()

    for _ in range(3):
        WebhookEvent.objects.update(due_at=event.created_at)
        process_webhook(event.pk)

    event.refresh_from_db()
    assert (event.state, event.attempts, event.due_at) == ("orphan", 3, None)


def test_an_event_that_fails_three_times_waits_for_staff_and_can_be_played_again(booking: Booking) -> None:
    """E176."""
    payment = order_of(booking)
    reference = str(payment.gateway_ref)
    FakeGateway.becomes(reference, status=PaymentStatus.CAPTURED, captured=inr(1))
    webhook(reference)
    event = WebhookEvent.objects.get()
    FakeGateway.before["fetch"] = Unavailable("down")

    for _ in range(3):
        process_webhook(event.pk)
        WebhookEvent.objects.filter(due_at__isnull=False).update(due_at=event.created_at)

    event.refresh_from_db()
    assert (event.state, event.due_at, event.error[:12]) == ("needs_review", None, "Disagreement")
    pays(payment)
    replay_webhook(event)
    process_webhook(event.pk)
    event.refresh_from_db()
    assert (event.state, Payment.objects.get().status) == ("done", "captured")


def test_the_history_takes_the_same_queries_for_one_payment_and_for_three(
    booking: Booking, django_assert_num_queries: Any
) -> None:
    reader = client_of(booking.customer)
    order_of(booking)
    for more in (0, 2):
        for purpose in ("full", "tip")[:more]:
            facts = {"payable_type": "booking", "payable_id": new_id(), "payer": booking.customer, "gateway": "fake"}
            Payment.objects.create(**facts, purpose=purpose, currency="INR", amount_minor=100)
        with django_assert_num_queries(4):
            reader.get(f"{PAYMENTS}/history")
