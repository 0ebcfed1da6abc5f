"""Money that Dana gives back at the desk reaches the gateway, the books and the booking."""

import pytest
from django.urls import reverse
from pytest_django import Settings

from accounts.roles import StaffRole
from bookings.tests.desk import dana_as
from bookings.tests.paying import books, follow_up, paid, to_be_paid
from common.ids import new_id
from payments.models import Refund
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db


def test_what_staff_give_back_goes_once_and_is_in_the_books(settings: Settings) -> None:
    """O13."""
    settings.STAFF_SECOND_FACTOR = False
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()
    booking = to_be_paid()
    deposit = paid(booking)
    _, desk = dana_as(StaffRole.FINANCE)
    told = {"amount": "60.00", "destination": "gateway", "reason": "She waited for an hour"}
    sent = {**told, "key": str(new_id()), "left": 20_000}

    for _ in range(2):
        answer = desk.post(reverse("admin:payments_payment_refund", args=[deposit.pk]), sent)
        assert answer.status_code == 302
    follow_up()

    assert [(each.status, each.amount_minor) for each in Refund.objects.all()] == [("succeeded", 6_000)]
    assert len(FakeGateway.orders[str(deposit.gateway_ref)].refunds) == 1
    assert books(booking) == {"gateway:fake": 14_000, "customer:deposits": -14_000}
