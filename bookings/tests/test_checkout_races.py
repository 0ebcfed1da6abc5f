"""A checkout under many hands at once."""

from collections import Counter
from typing import Any

import pytest
from pytest_django import Settings

from bookings.models import Booking, CheckoutPreview
from bookings.services.previews import give_back_holds
from bookings.tests.checkout import TUESDAY_AT_TEN, at_home, basket_of, confirm, facial, prepare, preview, yes_to
from bookings.tests.factories import offered, somebody
from bookings.tests.test_paying_races import at_once
from catalog.models import Occupancy
from common.tests.threads import in_threads
from loyalty.models import PromoCode, PromoRedemption
from loyalty.tests.factories import save10
from payments.models import Payment
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    settings.RATE_LIMITS = False
    FakeGateway.world()


def outcome(response: Any) -> str:
    body = response.json()
    if response.status_code == 201:
        return "booked"
    return str(body["error"]["details"][0]["code"]) if body["error"]["details"] else str(body["error"]["code"])


@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.deep)])
def test_the_last_use_of_a_code_goes_to_one_of_many(count: int) -> None:
    """E133, U27, A107."""
    save10(total_limit=1)
    one = facial()
    people = [somebody(f"Priya{number}") for number in range(count)]
    waiting = [
        (each, at_home(each, yes_to(preview(each, basket_of(one, promo_code="SAVE10"))["preview_id"])))
        for each in people
    ]

    answers = in_threads(count, lambda: outcome(confirm(*waiting.pop())))

    assert Counter(answers) == {"booked": 1, "PROMO_EXHAUSTED": count - 1}
    assert (PromoCode.objects.get().used_count, PromoRedemption.objects.count(), Booking.objects.count()) == (1, 1, 1)


def test_a_double_click_under_different_keys_books_and_orders_once() -> None:
    """A088."""
    alice = somebody("Alice")
    said = at_home(alice, yes_to(preview(alice, basket_of(facial()))["preview_id"], payment_method="online"))

    answers = in_threads(6, lambda: outcome(confirm(alice, said)))

    assert Counter(answers) == {"booked": 1, "PREVIEW_USED": 5}
    assert (Booking.objects.count(), Payment.objects.count(), len(FakeGateway.orders)) == (1, 1, 1)


def test_one_of_many_holds_the_time_and_it_goes_to_its_booking_or_back() -> None:
    """E034: confirming meets the sweep."""
    one = offered()
    people = [somebody(f"Priya{number}") for number in range(6)]
    waiting = list(people)

    answers = in_threads(6, lambda: prepare(waiting.pop(), basket_of(one, **TUESDAY_AT_TEN)).status_code)
    assert Counter(answers) == {200: 1, 409: 5}
    shown = CheckoutPreview.objects.get()
    said = yes_to(str(shown.pk))

    answers = at_once(lambda: outcome(confirm(shown.customer, said)), lambda: str(give_back_holds()))

    assert "booked" in answers
    assert [each.kind for each in Occupancy.objects.all()] == ["booking"]
    assert Occupancy.objects.get().subject_id == Booking.objects.get().pk
