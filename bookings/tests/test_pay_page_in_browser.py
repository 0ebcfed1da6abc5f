"""From the message to the money: the link, its page, the sandbox's page and back, in a browser."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from bookings.models import Booking
from bookings.selectors.pay_links import link_to_pay
from bookings.tests.factories import appointment, offered
from common.tests.browser import problems_of
from payments.models import Payment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_customer_pays_by_the_link_after_a_card_was_declined(
    page: Page, live_server: LiveServer, settings: Settings
) -> None:
    settings.PUBLIC_URL = live_server.url
    booking = appointment(offered(instant_booking=True))
    page.set_viewport_size({"width": 360, "height": 740})

    page.goto(link_to_pay(booking.pk))
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("1770.00"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("button", name="Pay 1770.00 INR").click()
    page.wait_for_url(f"{live_server.url}/sandbox/pay/*")
    page.get_by_role("button", name="declined").click()
    expect(page.get_by_role("alert")).to_contain_text("The card was declined.")
    page.get_by_role("button", name=re.compile(r"^Pay Visa")).click()
    # The sandbox leads back by itself.
    page.wait_for_url(f"{live_server.url}/pay/*")
    expect(page.get_by_role("heading", level=1)).to_have_text("Paid. Thank you.")

    assert problems_of(page) == []
    assert Payment.objects.get().captured_minor == 177_000
    assert Booking.objects.get().payment_status == "paid"
