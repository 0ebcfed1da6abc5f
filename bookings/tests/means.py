"""Alice has points, credit and a promo code to pay with."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.services.drafting import money_columns, price_services
from bookings.services.means import proceed_if_covered, use_credit, use_points
from bookings.tests.factories import appointment, in_force, offered
from bookings.tests.paying import inr
from bookings.transitions import locked
from common.ids import new_id
from common.money import Money
from loyalty.models import LoyaltyAccount, PromoCode
from loyalty.promo import Basket, Line
from loyalty.services import earn_points, hold_promo, quote_promo
from payments.ledger import Credit, Debit, post
from payments.models import Journal
from payments.selectors import credit_account, credit_of


def with_points(user: User, points: int) -> User:
    earn_points(user, points, source_key=f"test:{new_id()}", reason="A gift")
    return user


@transaction.atomic
def with_credit(user: User, minor: int) -> User:
    moves = [Debit("loyalty", inr(minor)), Credit(credit_account(user.pk), inr(minor))]
    post("gift", key=f"gift:{new_id()}", moves=moves)
    return user


@transaction.atomic
def with_code(booking: Booking, promo: PromoCode) -> Booking:
    """The booking as the checkout would have made it with this code: held, and taken off its price."""
    booking = locked(booking.pk)
    assert booking.service is not None
    amount = Money(booking.subtotal_minor, booking.currency)
    basket = Basket(booking.currency, (Line(amount, booking.service.pk),))
    found, discount = quote_promo(promo.code, basket, user=booking.customer, has_booked=False)
    hold_promo(found, basket, user=booking.customer, has_booked=False, subject_id=booking.pk)
    pricing = price_services([(booking.service, 1)], discount=discount)
    columns = money_columns(pricing) | {"deposit_minor": min(booking.deposit_minor, pricing.total.minor)}
    Booking.objects.filter(pk=booking.pk).update(**columns)
    return Booking.objects.get(pk=booking.pk)


@transaction.atomic
def takes(booking: Booking, points: int = 0, credit: int = 0) -> Booking:
    """Points first and then credit, as the checkout does, and on with it if nothing is left to pay."""
    booking = locked(booking.pk)
    if points:
        use_points(booking, points)
    if credit:
        use_credit(booking, inr(credit))
    proceed_if_covered(booking)
    return booking


def priced(minor: int, **fields: Any) -> Booking:
    """An appointment at so much, without tax, that waits for its deposit."""
    in_force(tax_percent=Decimal(0))
    return appointment(offered(price_minor=minor, **{"deposit_minor": 20_000} | fields))


def balance(user: User) -> int:
    return LoyaltyAccount.objects.get(user=user).balance


def credit(user: User) -> int:
    return sum(each.minor for each in credit_of(user.pk))


def paid_with(booking: Booking) -> tuple[int, int]:
    fresh = Booking.objects.get(pk=booking.pk)
    return fresh.points_minor, fresh.credit_minor


def journals(booking: Booking) -> list[str]:
    found = Journal.objects.filter(payable_type=PAYABLE, payable_id=booking.pk)
    return list(found.order_by("pk").values_list("kind", flat=True))
