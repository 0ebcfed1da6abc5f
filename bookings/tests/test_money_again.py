"""Races once more, for a while."""

import pytest

from bookings.tests import test_paying_races as races
from bookings.tests.conftest import Travel
from bookings.tests.test_paying_races import fake

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["fake"]


@pytest.mark.parametrize("time", range(10))
def test_again(time: int, travel: Travel) -> None:
    races.test_a_deposit_that_comes_as_the_hold_ends_books_or_goes_back(travel)


@pytest.mark.parametrize("time", range(5))
def test_clicks_again(time: int) -> None:
    races.test_eight_clicks_pay_one_deposit()


@pytest.mark.parametrize("time", range(5))
def test_webhooks_again(time: int) -> None:
    races.test_a_browser_and_three_webhooks_have_one_effect()
