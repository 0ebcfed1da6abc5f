"""A crowd of past bookings, for benchmarks: a hundred for each of its specialists."""

from copy import copy
from datetime import UTC, datetime, time, timedelta
from random import Random

from accounts.models import User
from bookings.enums import BookingStatus
from bookings.management.demo_rows import Row, numbers, row
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.models.copies import insert_alike
from bookings.services.actors import customer
from bookings.services.drafting import draft_appointment
from catalog.models import Service
from common.ids import new_id
from common.management.demo import DemoWorld

EACH = 100
# Far enough back that nothing of it would still be announced.
LATEST, DAYS_APART = 20, 3
CROWD = "specialist-crowd"


def seed_crowd(world: DemoWorld) -> None:
    """All of one specialist's bookings are copies of one, at other times and of other customers."""
    known = set(Booking.objects.filter(specialist__user__email__startswith=CROWD).values_list("specialist", flat=True))
    offered = Service.objects.filter(owner__user__email__startswith=CROWD, owner__is_verified=True)
    loaded = offered.select_related("owner__user", "owner__calendar", "room__calendar").order_by("owner_id", "name")
    services = [each for each in loaded.distinct("owner_id") if each.owner_id not in known]
    crowd = list(User.objects.filter(email__startswith="crowd").order_by("email"))
    dice = world.dice("crowd of bookings")
    for batch in world.batches("bookings", services if crowd else []):
        for service in batch:
            _seed_bookings(world, service, dice.sample(crowd, min(EACH, len(crowd))), dice)


def _seed_bookings(world: DemoWorld, service: Service, customers: list[User], dice: Random) -> None:
    hour = dice.randint(4, 9)
    day = world.today - timedelta(days=LATEST)
    start = datetime.combine(day, time(hour), UTC)
    draft = draft_appointment(service, start, customer=customers[0], actor=customer(customers[0]))
    model = row(draft, BookingStatus.COMPLETED, start - timedelta(days=7))
    copies = [
        _copied(model, who, timedelta(days=DAYS_APART * number), number_)
        for number, (who, number_) in enumerate(zip(customers, numbers(len(customers)), strict=True))
    ]
    times = ("starts_at", "ends_at", "created_at", "updated_at", "confirmed_at", "completed_at")
    insert_alike([each.booking for each in copies], ["id", "number", "customer", "booked_by", *times])
    insert_alike([line for each in copies for line in each.lines], ["id", "booking"])
    for steps in zip(*(each.history for each in copies), strict=True):
        insert_alike(steps, ["id", "booking", "actor", "created_at", "updated_at"])


def _copied(model: Row, who: User, earlier: timedelta, number: int) -> Row:
    booking = copy(model.booking)
    booking.pk, booking.customer, booking.booked_by = new_id(), who, who
    for name in ("starts_at", "ends_at", "created_at", "updated_at", "confirmed_at", "completed_at"):
        setattr(booking, name, getattr(booking, name) - earlier)
    booking.number = f"BK-{booking.created_at:%Y%m%d}-{number:06}"
    lines = [copy(line) for line in model.lines]
    history = [copy(entry) for entry in model.history]
    for line in lines:
        _move(line, booking)
    for entry in history:
        _move(entry, booking)
        entry.created_at, entry.updated_at = entry.created_at - earlier, entry.updated_at - earlier
        if entry.step == 1:
            entry.actor = who
    return Row(booking, lines, history)


def _move(part: BookingLine | TimelineEntry, booking: Booking) -> None:
    part.pk, part.booking = new_id(), booking
