"""Paying at the sandbox in a browser, from the order to the page of the shop."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from common.ids import new_id
from common.money import Money
from common.tests.browser import problems_of
from payments.enums import PaymentStatus
from payments.gateways.base import Order
from payments.gateways.sandbox import SandboxGateway
from payments.models import WebhookEvent
from payments.sandbox.models import SandboxEvent
from payments.sandbox.services import deliver_due_events

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_customer_is_declined_pays_after_the_banks_question_and_comes_back(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.SANDBOX_WEBHOOK_URL = f"{live_server.url}/api/v1/payments/webhook/sandbox"
    gateway, payment_id = SandboxGateway(), new_id()
    order = Order(payment_id, Money(212_400, "INR"), "A haircut with Bob", return_url=f"{live_server.url}/?paid")
    reference = gateway.open(order, key="open").reference
    page.set_viewport_size({"width": 360, "height": 740})

    page.goto(f"{live_server.url}/sandbox/pay/{reference}")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("2124.00"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="declined").click()
    expect(page.get_by_role("alert")).to_contain_text("The card was declined.")
    page.get_by_role("button", name="be asked by the bank").click()
    page.get_by_role("button", name="Yes, it is mine").click()
    # The page leads back by itself, and what it says meanwhile is shown for a moment only.
    page.wait_for_url(f"**/?paid*payment_id={payment_id}")

    # No beat runs in tests, so the shop's health may be a 503, which the browser notes.
    assert [said for said in problems_of(page) if "503" not in said] == []
    assert gateway.fetch(reference).status == PaymentStatus.CAPTURED

    # Nobody here waits for that money, but the platform takes what is signed and keeps it once.
    assert deliver_due_events() == 3
    heard = WebhookEvent.objects.order_by("id").values_list("type", "reference")
    assert list(heard) == [(f"order.{word}", reference) for word in ("declined", "needs_authentication", "paid")]
    assert not SandboxEvent.objects.filter(delivered_at=None).exists()
