"""E172: yen, rupees and dinars from the price to the books, each in its own minor unit and in nothing else.

What is written here are texts as people read them; whatever multiplies or divides by a hundred on its way shows.
"""

import csv
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pytest_django import Settings

from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.desk import in_bulk as export_bookings
from bookings.tests.factories import appointment, by_customer, in_force, offered
from bookings.tests.paying import books, follow_up, post
from catalog.tests.factories import at
from common.money import Money
from common.tests.probe.client import client_of
from payments.models import Journal, Payment, Refund
from payments.sandbox.models import SandboxOrder
from payments.tests.treasury import in_bulk as export_money

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Priced:
    """What is seen of a booking at `price`: 18 % of tax, a deposit, 2 % to the gateway, 10 % for cancelling late."""

    currency: str
    price: int
    deposit_minor: int
    total: str
    deposit: str
    rest: str
    given_back: str
    fees: int
    cancelling: str
    tax_of_cancelling: int

    def minor(self, text: str) -> int:
        return Money.parse(text, self.currency).minor


PRICES = [
    # Of 333 and 257 yen the gateway takes 7 and 5; ten per cent of 590 are 59, of which 9 are tax.
    Priced("JPY", 500, 333, "590", "333", "257", "101", 12, "333", 51),
    Priced("INR", 150_101, 20_033, "1771.19", "200.33", "1570.86", "10.01", 3_543, "200.33", 3_056),
    Priced("KWD", 15_763, 1_001, "18.600", "1.001", "17.599", "0.125", 372, "1.860", 284),
]


@pytest.fixture(autouse=True)
def no_limits(settings: Settings) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture(params=PRICES, ids=lambda each: str(each.currency))
def price(request: Any) -> Priced:
    in_force(default_currency=request.param.currency)
    found: Priced = request.param
    return found


def pay(booking: Booking, what: str, **more: Any) -> Any:
    body = {"booking_id": str(booking.pk), "payment_method_id": "sandbox_visa", **more}
    return post(booking.customer, f"/process-{what}", body)


def data(response: Any) -> Any:
    assert response.status_code in (200, 201), response.content
    return response.json()["data"]


def booked(price: Priced) -> Booking:
    consultation = offered(
        price_minor=price.price, currency=price.currency, deposit_minor=price.deposit_minor, instant_booking=True
    )
    return appointment(consultation, at("10:00") + timedelta(days=7))


def exported(response: Any) -> list[list[str]]:
    return list(csv.reader(b"".join(response.streaming_content).decode("utf-8-sig").splitlines()))


def amounts_in(rows: list[list[str]], *columns: str) -> list[dict[str, str]]:
    head, *lines = rows
    return [{name: line[head.index(name)] for name in columns} for line in lines if line and line[0] != "total"]


def test_a_price_is_paid_in_parts_and_partly_given_back(price: Priced) -> None:
    booking = booked(price)
    for times in (Money(price.deposit_minor * 100, price.currency), Money(price.deposit_minor * 10, price.currency)):
        assert pay(booking, "deposit", amount=str(times)).status_code == 422

    deposit = data(pay(booking, "deposit", amount=price.deposit))["payment_intent"]
    rest = data(pay(booking, "full-payment", amount=price.rest))["payment"]
    assert booking.specialist is not None
    body = {"booking_id": str(booking.pk), "refund_type": "partial", "amount": price.given_back, "reason": "Sorry"}
    given = data(post(booking.specialist.user, "/refund", body))
    follow_up()

    assert (deposit["amount"], rest["amount"], given["amount"]) == (price.deposit, price.rest, price.given_back)
    shown = data(client_of(booking.customer).get(f"/api/v1/bookings/{booking.pk}"))
    assert (shown["total_amount"], shown["pricing"]["currency"]) == (price.total, price.currency)
    taken = {order.paid_minor: order.currency for order in SandboxOrder.objects.all()}
    assert taken == dict.fromkeys([price.minor(price.deposit), price.minor(price.rest)], price.currency)
    assert books(booking) == {
        "gateway:sandbox": price.minor(price.total) - price.minor(price.given_back) - price.fees,
        "fees": price.fees,
        "customer:deposits": price.minor(price.given_back) - price.minor(price.total),
    }


def test_what_is_cancelled_late_keeps_its_fee(price: Priced, travel: Travel) -> None:
    booking = booked(price)
    data(pay(booking, "deposit"))
    data(pay(booking, "full-payment"))
    travel(booking.starts_at - timedelta(hours=1))

    cancel_booking(booking, actor=by_customer(booking))
    follow_up()

    fee = price.minor(price.cancelling)
    booking.refresh_from_db()
    assert booking.cancellation_fee_minor == fee
    assert sum(each.amount_minor for each in Refund.objects.all()) == price.minor(price.total) - fee
    assert books(booking) == {
        "gateway:sandbox": fee - price.fees,
        "fees": price.fees,
        "revenue:cancellation": price.tax_of_cancelling - fee,
        "tax": -price.tax_of_cancelling,
    }


def test_files_for_finance_have_the_amounts_that_people_see(price: Priced) -> None:
    booking = booked(price)
    data(pay(booking, "deposit"))
    _, desk = dana_as(StaffRole.FINANCE)

    of_bookings = exported(export_bookings(desk, "export_csv", booking))
    of_payments = exported(export_money(desk, "payment", "export_csv", *Payment.objects.all()))
    of_ledger = exported(export_money(desk, "journal", "export_csv", *Journal.objects.filter(kind="capture")))

    assert amounts_in(of_bookings, "currency", "total", "deposit")[0] == {
        "currency": price.currency,
        "total": price.total,
        "deposit": price.deposit,
    }
    assert amounts_in(of_payments, "currency", "gross")[0] == {"currency": price.currency, "gross": price.deposit}
    sides = {(each["debit"], each["credit"]) for each in amounts_in(of_ledger, "debit", "credit")[:2]}
    nothing = str(Money.zero(price.currency))
    assert sides == {(price.deposit, nothing), (nothing, price.deposit)}
