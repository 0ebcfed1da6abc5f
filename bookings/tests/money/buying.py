"""How people come to their bookings: straight, or by the checkout with a promo code, points and credit."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import User
from bookings.enums import PaymentMethod
from bookings.models import Booking
from bookings.services.confirming import Confirmed, confirm_checkout
from bookings.services.preparing import Wanted, prepare_checkout
from bookings.services.times import When
from bookings.tests.factories import appointment, reservation
from bookings.tests.money.world import CODE, World
from common.timeranges import TimeRange

HOUR = timedelta(hours=1)


def book(world: World) -> None:
    """An hour of the days ahead, often the same as somebody else's."""
    start, alice = _some_start(world), world.chance.choice(world.customers)
    how = world.pick((_straight, 6), (_reserve, 1), (_check_out, 5))
    booking = world.tried(lambda: how(world, start, alice))
    if booking is not None:
        world.bookings.append(booking.pk)


def _some_start(world: World) -> datetime:
    today = world.time.now.replace(hour=3, minute=30, second=0, microsecond=0)
    start = today + timedelta(days=world.chance.randint(0, 2)) + world.chance.randrange(16) * HOUR / 2
    return start if start > world.time.now else start + timedelta(days=1)


def _straight(world: World, start: datetime, alice: User) -> Booking:
    return appointment(world.chance.choice(world.services), start, alice=alice)


def _reserve(world: World, start: datetime, alice: User) -> Booking:
    return reservation(world.room, TimeRange.lasting(start, HOUR), alice=alice)


def _check_out(world: World, start: datetime, alice: User) -> Booking:
    """With whatever takes something off. A preview that is confirmed twice is one booking."""
    service = world.chance.choice([*world.services, world.visit])
    when, home = When(instant=start), alice.addresses.first()
    address: UUID | None = home.pk if home is not None and service.owner_id is None else None
    wanted = Wanted(
        items={service.pk: world.chance.randint(1, 2)},
        promo_code=CODE if world.chance.random() < 0.5 else "",
        address_id=address,
        when=when,
        use_points=world.pick((False, 2), (True, 1), (world.chance.randint(1, 200), 2)),
        use_credit=world.chance.random() < 0.4,
    )
    preview = prepare_checkout(wanted, customer=alice).preview
    world.time.passes(timedelta(seconds=world.chance.choice((1, 30, 119, 121))))
    method = world.pick((PaymentMethod.ONLINE, 2), (PaymentMethod.CASH, 1))
    asked = Confirmed(preview.pk, method, policy_accepted=True, when=when, address_id=address)
    with transaction.atomic():
        return confirm_checkout(asked, customer=alice)
