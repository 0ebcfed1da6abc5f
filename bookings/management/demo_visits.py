"""Visits of the demo world: homes that were served, and what customers have ordered by the checkout since."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from datetime import time as time_of_day
from random import Random

from accounts.models import Address, User
from bookings.enums import BookingStatus, PaymentMethod
from bookings.management.demo_rows import Row, row, save_rows
from bookings.models import Booking
from bookings.selectors.visit_times import visit_zone
from bookings.services.actors import customer as as_customer
from bookings.services.checkout_drafting import Place, draft_checkout
from bookings.services.confirming import Confirmed, confirm_checkout
from bookings.services.drafting import Details
from bookings.services.preparing import Wanted, prepare_checkout
from bookings.services.quoting import Basket, quote_basket
from bookings.services.times import When
from catalog.models import Service
from common import clock
from common.management.demo import DemoWorld
from common.models import OutboxEvent
from loyalty.models import PromoCode

PAST = 24
DAYS_OF_HISTORY = 200
_S = BookingStatus
ENDS = (_S.COMPLETED, _S.COMPLETED, _S.COMPLETED, _S.CANCELLED)
TO_COME = (_S.PENDING, _S.CONFIRMED, _S.PENDING_PAYMENT, _S.PENDING)
CODE = "SAVE10"


def seed_visits(world: DemoWorld, customers: Sequence[User]) -> None:
    """For those who have said where they live; the first of them has just been at the checkout with a code."""
    homes = {
        address.user_id: address
        for address in Address.objects.filter(user__in=customers, is_default=True).select_related("user")
    }
    living = [homes[each.pk] for each in customers if each.pk in homes]
    services = list(Service.objects.bookable().platforms().select_related("owner", "room").order_by("name", "pk"))
    if not (living and services):
        return
    dice = world.dice("visits")
    past = [
        _visit(dice, services, dice.choice(living), world.today - timedelta(days=days), dice.choice(ENDS))
        for days in dice.sample(range(2, DAYS_OF_HISTORY), PAST)
    ]
    to_come = [
        _visit(dice, services, home, world.today + timedelta(days=2 + number), status)
        for number, (home, status) in enumerate(zip(living[1:], TO_COME, strict=False))
    ]
    save_rows([*past, *to_come])
    _order(living[0], services[:2], world.today + timedelta(days=3))


def _visit(dice: Random, services: Sequence[Service], home: Address, day: date, status: BookingStatus) -> Row:
    who = home.user
    basket = Basket([(service, dice.choice((1, 1, 2))) for service in dice.sample(list(services), dice.choice((1, 2)))])
    draft = draft_checkout(
        basket,
        quote_basket(basket, customer=who),
        datetime.combine(day, time_of_day(dice.randint(8, 14)), visit_zone()),
        customer=who,
        actor=as_customer(who),
        details=Details(payment_method=PaymentMethod.CASH),
        place=Place(home, _contact(who)),
    )
    booked_at = min(draft.booking.starts_at, clock.now()) - timedelta(days=dice.randint(1, 5), minutes=7)
    return row(draft, status, booked_at)


def _order(home: Address, services: Sequence[Service], day: date) -> None:
    """By the two calls of the checkout. Nobody is to be told of it, so it is history at once."""
    who = home.user
    code = CODE if PromoCode.objects.filter(code=CODE).exists() else ""
    wanted = Wanted({service.pk: 1 for service in services}, promo_code=code, address_id=home.pk)
    prepared = prepare_checkout(wanted, customer=who)
    said = Confirmed(
        preview_id=prepared.preview.pk,
        payment_method=PaymentMethod.CASH,
        policy_accepted=True,
        when=When(day=day, time=time_of_day(11)),
        contact=_contact(who),
        notes="The bell does not work: please call.",
    )
    booking: Booking = confirm_checkout(said, customer=who)
    told = OutboxEvent.objects.waiting().filter(subject=str(booking.pk))
    told.update(subscribers=[], delivered_at=clock.now())


def _contact(who: User) -> dict[str, str]:
    return {"name": who.get_full_name(), "phone": str(who.phone_number or ""), "email": who.email or ""}
