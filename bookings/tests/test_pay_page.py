"""The page behind a link to pay: it tells how things stand, and leads to where they are paid."""

import re
import time
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from bookings.models import Booking
from bookings.selectors.pay_links import SALT, link_to_pay, token_for
from bookings.services.cancelling import cancel_booking
from bookings.tests.factories import appointment, by_customer, in_force, offered
from bookings.tests.paying import order_of, paid, synced, to_be_paid
from common.tests.pages import EXTERNAL, INLINE
from payments.enums import PaymentStatus, Purpose
from payments.gateways.base import PayPage, Silent, Unavailable
from payments.models import Payment
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

ELSEWHERE = PayPage("https://fake.example/new")


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    settings.RATE_LIMITS = False
    FakeGateway.world()


@pytest.fixture
def booking() -> Booking:
    """Alice's with Bob; its deposit of 200.00 of 1770.00 is paid."""
    booking = to_be_paid(instant_booking=True)
    paid(booking)
    return Booking.objects.get()


@cache
def path_of(booking: Booking) -> str:
    """Each second has a link of its own; a test keeps to one."""
    return f"/pay/{token_for(booking.pk)}"


def page(booking: Booking, status: int = 200) -> str:
    answer = Client().get(path_of(booking))
    assert answer.status_code == status
    assert "no-store" in answer["Cache-Control"]
    text: str = answer.content.decode()
    assert not EXTERNAL.search(text)
    assert not INLINE.search(text)
    return text


def press(booking: Booking) -> Any:
    return Client().post(path_of(booking))


def test_it_tells_what_is_due_and_not_for_whom(
    booking: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(5):
        text = page(booking)

    assert "Pay 1570.00 INR" in text
    for words in (booking.number, "Tuesday, 3 March 2026, 10:00"):
        assert words in text
    assert "Alice" not in text
    assert link_to_pay(booking.pk).endswith(path_of(booking))


def test_a_link_that_was_changed_or_is_too_old_is_dead(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    token = token_for(booking.pk)
    forged = [
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        "x",
        signing.dumps(booking.pk.hex, salt="another"),
        signing.dumps(7, salt=SALT),
    ]
    for each in forged:
        for answer in (Client().get(f"/pay/{each}"), Client().post(f"/pay/{each}")):
            assert (answer.status_code, "This link is no longer good" in answer.content.decode()) == (404, True)

    later = time.time() + timedelta(days=30, seconds=1).total_seconds()
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert Client().get(f"/pay/{token}").status_code == 404
    assert not Payment.objects.filter(purpose=Purpose.REST).exists()


def test_its_button_needs_the_token_of_its_form(booking: Booking) -> None:
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(path_of(booking)).status_code == 403
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path_of(booking)).content.decode())
    assert found is not None

    assert browser.post(path_of(booking), {"csrfmiddlewaretoken": found[1]}).status_code == 200
    assert Payment.objects.filter(purpose=Purpose.REST).count() == 1


def test_its_button_leads_to_the_gateway_and_back(booking: Booking) -> None:
    answer = press(booking)

    order = Payment.objects.get(purpose=Purpose.REST)
    url = f"https://fake.example/{order.gateway_ref}"
    text = answer.content.decode()
    assert f'content="0;url={url}"' in text
    assert f'href="{url}"' in text
    # Pressed again it is the same order.
    assert url in press(booking).content.decode()

    FakeGateway.pays(str(order.gateway_ref))
    # Razorpay comes back by a form of its own site, others by a link.
    back = Client(enforce_csrf_checks=True).post(f"{path_of(booking)}/back", {"razorpay_signature": "forged"})
    assert (back.status_code, back["Location"]) == (303, path_of(booking))
    assert "Paid. Thank you." in page(booking)
    assert press(booking)["Location"] == path_of(booking)
    assert (Booking.objects.get().payment_status, Payment.objects.count()) == ("paid", 2)


def test_a_gateway_that_wants_a_form_gets_one_and_no_token_of_ours(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeGateway, "fields", {"order_id": 'order"1', "key_id": "key"})

    answer = press(booking)

    text = answer.content.decode()
    assert 'name="order_id" value="order&quot;1"' in text
    assert "csrfmiddlewaretoken" not in text
    assert "form-action 'self' https://fake.example" in answer["Content-Security-Policy"]


def test_what_waits_for_the_bank_is_confirmed_there(booking: Booking) -> None:
    order = order_of(booking, Purpose.REST)
    FakeGateway.becomes(str(order.gateway_ref), status=PaymentStatus.REQUIRES_ACTION)
    synced(order)

    assert "Confirm the payment" in page(booking)
    assert str(order.gateway_ref) in press(booking).content.decode()

    FakeGateway.becomes(str(order.gateway_ref), status=PaymentStatus.AUTHORIZED, authorized=order.amount)
    Client().get(f"{path_of(booking)}/back?payment_id={order.pk}")
    assert "held on your card" in page(booking)
    assert press(booking)["Location"] == path_of(booking)
    assert Payment.objects.filter(purpose=Purpose.REST).count() == 1


def test_an_order_without_a_page_gives_way_to_one_with_a_page(
    booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = order_of(booking, Purpose.REST)

    def page_but_of_the_first(_gateway: Any, client: Any, **_: str) -> PayPage | None:
        return None if client == first.client else ELSEWHERE

    monkeypatch.setattr(FakeGateway, "pay_page", page_but_of_the_first)

    assert "https://fake.example/new" in press(booking).content.decode()
    first.refresh_from_db()
    assert first.status == "cancelled"

    monkeypatch.setattr(FakeGateway, "pay_page", lambda self, client, **_: None)
    assert press(booking).status_code == 503


@pytest.mark.parametrize("error", [Unavailable("down"), Silent("timed out")], ids=["down", "silent"])
def test_a_gateway_that_fails_is_told_and_can_be_tried_again(booking: Booking, error: Exception) -> None:
    FakeGateway.before["open"] = error

    answer = press(booking)
    assert (answer.status_code, "try again shortly" in answer.content.decode()) == (503, True)
    assert "https://fake.example" in press(booking).content.decode()
    assert Payment.objects.filter(purpose=Purpose.REST).count() == 1
    FakeGateway.before["fetch"] = error
    assert press(booking).status_code == 503
    FakeGateway.before["fetch"] = error
    assert Client().get(f"{path_of(booking)}/back").status_code == 303


def test_what_came_to_nothing_asks_for_nothing(booking: Booking) -> None:
    cancel_booking(booking, actor=by_customer(booking))

    assert "This booking was cancelled." in page(booking)
    assert press(booking)["Location"] == path_of(booking)
    assert not Payment.objects.filter(purpose=Purpose.REST).exists()


def test_cash_can_be_paid_by_the_link_as_well() -> None:
    assert "You can also pay in cash" in page(appointment(offered(), payment_method="cash"))


def test_nobody_opens_orders_by_the_dozen(booking: Booking, settings: Settings) -> None:
    settings.RATE_LIMITS = True
    in_force(payments_per_minute=2, anonymous_per_minute=5)

    answers = [press(booking) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert [Client().get(path_of(booking)).status_code for _ in range(3)] == [200, 200, 429]
