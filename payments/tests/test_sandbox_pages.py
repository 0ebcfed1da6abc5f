"""The page on which customers pay at the sandbox."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from common.ids import new_id
from common.money import Money
from payments.enums import PaymentStatus
from payments.gateways.base import Order
from payments.gateways.sandbox import SandboxGateway
from payments.sandbox.enums import Card

pytestmark = pytest.mark.django_db
GATEWAY = SandboxGateway()
PAYMENT = new_id()


def opened(return_url: str = "https://shop.example/thanks?lang=hi", description: str = "A haircut") -> str:
    order = Order(PAYMENT, Money(2_000, "INR"), description, return_url=return_url)
    return GATEWAY.open(order, key="open").reference


def page(client: Client, reference: str) -> str:
    answer = client.get(f"/sandbox/pay/{reference}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def press(client: Client, reference: str, action: str) -> PaymentStatus:
    answer = client.post(f"/sandbox/pay/{reference}", {"action": action})
    # To the page itself: a form that leads to another site would be stopped by the browser.
    assert (answer.status_code, answer["Location"]) == (303, f"/sandbox/pay/{reference}")
    return GATEWAY.fetch(reference).status


def test_it_shows_the_amount_and_leads_back_when_it_is_paid(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    reference = opened()
    with django_assert_num_queries(1):
        before = page(client, reference)
    assert "20.00" in before
    assert "Leave without paying" in before
    assert "http-equiv" not in before

    assert press(client, reference, Card.GOOD) == PaymentStatus.CAPTURED
    assert press(client, reference, Card.DECLINED) == PaymentStatus.CAPTURED

    after = page(client, reference)
    assert f'content="2;url=https://shop.example/thanks?lang=hi&amp;payment_id={PAYMENT}"' in after
    assert 'name="action"' not in after


def test_a_declined_card_can_be_followed_by_another(client: Client) -> None:
    reference = opened()

    assert press(client, reference, Card.DECLINED) == PaymentStatus.PENDING
    assert "The card was declined." in page(client, reference)
    assert press(client, reference, Card.GOOD) == PaymentStatus.CAPTURED


@pytest.mark.parametrize(("answer", "status"), [("confirm", PaymentStatus.CAPTURED), ("refuse", PaymentStatus.PENDING)])
def test_a_bank_that_asks_back_is_answered(client: Client, answer: str, status: PaymentStatus) -> None:
    reference = opened()

    assert press(client, reference, Card.ASKS) == PaymentStatus.REQUIRES_ACTION
    assert "is this payment yours?" in page(client, reference)
    assert press(client, reference, answer) == status


def test_a_button_that_is_none_changes_nothing(client: Client) -> None:
    reference = opened()

    for action in ("", "confirm", "refuse", "steal", "sandbox_visa_1"):
        assert press(client, reference, action) == PaymentStatus.PENDING


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//evil.example", "/thanks", ""])
def test_it_leads_back_to_pages_only(client: Client, url: str) -> None:
    reference = opened(return_url=url)
    press(client, reference, Card.GOOD)

    shown = page(client, reference)

    assert "You can close this page." in shown
    assert "http-equiv" not in shown


def test_what_the_merchant_wrote_is_text(client: Client) -> None:
    shown = page(client, opened(description="<script>alert(1)</script>"))

    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown


def test_it_can_only_be_pressed_from_itself() -> None:
    reference, strict = opened(), Client(enforce_csrf_checks=True)

    assert strict.post(f"/sandbox/pay/{reference}", {"action": Card.GOOD}).status_code == 403
    assert GATEWAY.fetch(reference).status == PaymentStatus.PENDING


def test_where_there_is_no_sandbox_there_is_no_page(client: Client, settings: Settings) -> None:
    reference = opened()
    assert client.get("/sandbox/pay/sbo_unknown").status_code == 404

    settings.PAYMENT_GATEWAYS = {"cash": "payments.gateways.cash.CashGateway"}

    for answer in (client.get(f"/sandbox/pay/{reference}"), client.post(f"/sandbox/pay/{reference}")):
        assert answer.status_code == 404
