"""The bookings of the demo world: a year of past ones with reviews, what is to come in every state, and a series."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle, islice
from random import Random

from accounts.models import User
from bookings.enums import BookingStatus, Role
from bookings.management.demo_crowd import seed_crowd
from bookings.management.demo_means import seed_means
from bookings.management.demo_money import seed_money
from bookings.management.demo_rows import Row, row, save_rows
from bookings.management.demo_visits import seed_visits
from bookings.models import Booking
from bookings.selectors.wanted import wanted_resource
from bookings.services.actors import customer
from bookings.services.drafting import Details, Draft, claims_of, draft_appointment, draft_reservation
from bookings.services.series_booking import Asked, book_series
from bookings.services.series_exceptions import cancel_date
from bookings.transitions import Actor
from catalog.errors import DayIsFull, SlotTaken
from catalog.hours import DAYS
from catalog.models import Calendar, Resource, Review, Service
from catalog.occupancy import claim_all
from catalog.recurrence import parse_rule
from common import clock
from common.management.demo import DemoWorld
from common.models import OutboxEvent
from common.timeranges import TimeRange

PAST_PER_SPECIALIST = 8
PAST_PER_RESOURCE = 4
DAYS_OF_HISTORY = 300
HOUR = timedelta(hours=1)
_S = BookingStatus
# Of ten past bookings so many ended like this.
ENDS = (*[_S.COMPLETED] * 7, _S.CANCELLED, _S.NO_SHOW, _S.EXPIRED)
TO_COME = (_S.PENDING, _S.CONFIRMED, _S.PENDING_PAYMENT, _S.CONFIRMED, _S.CANCELLED)
TITLES = ("Team sync", "Interview", "Customer visit", "Design review", "Yoga at noon", "Board meeting")
COMMENTS = (
    (5, "Exactly what I needed. I will come back."),
    (5, "Friendly, on time and very thorough."),
    (4, "Good advice, a little rushed at the end."),
    (5, "The best hour of my week."),
    (4, "Helpful, and easy to find."),
    (3, "Fine, but I had hoped for more."),
)


def seed(world: DemoWorld) -> None:
    customers = list(User.objects.filter(email__regex=r"^customer\d+@almanac\.example$").order_by("email"))
    services = _services()
    rooms = list(Resource.objects.filter(is_active=True).select_related("calendar").order_by("name"))
    if not (customers and services and rooms):
        return
    if not Booking.objects.filter(customer=customers[0]).exists():
        past = [*_past_appointments(world, services, customers), *_past_reservations(world, rooms, customers)]
        save_rows(past)
        _review(past, world.dice("reviews of bookings"))
        save_rows(_with_times([*_appointments_to_come(world, services, customers), *_to_come(world, rooms, customers)]))
        _seed_series(world, rooms[0], customers[0])
        seed_visits(world, customers)
        seed_means(customers)
        seed_money(customers[0])
    if world.scale > 1:
        seed_crowd(world)


def _services() -> list[list[Service]]:
    """What each listed specialist of the demo offers."""
    offered = Service.objects.filter(
        owner__is_verified=True, owner__user__email__regex=r"^specialist\d+@almanac\.example$", is_active=True
    )
    loaded = offered.select_related("owner__user", "owner__calendar", "room__calendar")
    found: dict[str, list[Service]] = {}
    for service in loaded.order_by("owner__user__email", "name"):
        if service.owner is not None:
            found.setdefault(str(service.owner.user.email), []).append(service)
    return list(found.values())


def _past_appointments(world: DemoWorld, services: Sequence[list[Service]], customers: Sequence[User]) -> list[Row]:
    dice = world.dice("past appointments")
    made = []
    for offered in services:
        for days in dice.sample(range(2, DAYS_OF_HISTORY), PAST_PER_SPECIALIST):
            service, who = dice.choice(offered), dice.choice(customers)
            made.append(_appointment(service, who, world.today - timedelta(days=days), dice.choice(ENDS), dice))
    # Whoever signs in as the first customer finds one of each.
    for days, (status, offered) in enumerate(zip((_S.COMPLETED, _S.CANCELLED, _S.NO_SHOW), services, strict=False)):
        made.append(_appointment(offered[0], customers[0], world.today - timedelta(days=5 + days), status, dice))
    return made


def _past_reservations(world: DemoWorld, rooms: Sequence[Resource], customers: Sequence[User]) -> list[Row]:
    dice = world.dice("past reservations")
    return [
        _reservation(
            each,
            dice.choice(customers),
            world.today - timedelta(days=days),
            dice.choice((_S.COMPLETED, _S.COMPLETED, _S.CANCELLED)),
            dice,
        )
        for each in rooms
        for days in dice.sample(range(2, DAYS_OF_HISTORY), PAST_PER_RESOURCE)
    ]


def _appointments_to_come(world: DemoWorld, services: Sequence[list[Service]], customers: Sequence[User]) -> list[Row]:
    """Each specialist has some; the first customer one in every state, and the first specialist a request to answer."""
    dice = world.dice("appointments to come")
    firsts = list(islice(cycle(TO_COME), len(services)))
    others = [dice.choice(TO_COME) for _ in services]
    made = [_appointment(services[0][0], customers[1], world.today + timedelta(days=4), _S.PENDING, dice)]
    for number, (offered, first, other) in enumerate(zip(services, firsts, others, strict=True)):
        who = customers[0] if 0 < number <= len(TO_COME) else dice.choice(customers)
        made.append(_appointment(offered[0], who, world.today + timedelta(days=2), first, dice))
        made.append(
            _appointment(
                offered[0], dice.choice(customers), world.today + timedelta(days=dice.randint(5, 14)), other, dice
            )
        )
    return made


def _to_come(world: DemoWorld, rooms: Sequence[Resource], customers: Sequence[User]) -> list[Row]:
    dice = world.dice("reservations to come")
    return [
        _reservation(each, dice.choice(customers), world.today + timedelta(days=days), _S.CONFIRMED, dice)
        for each in rooms
        for days in (1, 3)
    ]


def _appointment(service: Service, who: User, day: date, status: BookingStatus, dice: Random) -> Row:
    if service.owner is None:
        raise ValueError("The platform's own services are booked by the checkout.")
    start = _opening(service.owner.calendar, day)
    draft = draft_appointment(service, start, customer=who, actor=Actor(Role.CUSTOMER, who))
    return row(draft, status, _booked_at(draft, dice))


def _reservation(room: Resource, who: User, day: date, status: BookingStatus, dice: Random) -> Row:
    time_ = TimeRange.lasting(_opening(room.calendar, day), dice.choice((1, 2)) * HOUR)
    details = Details(title=dice.choice(TITLES))
    draft = draft_reservation(room, time_, customer=who, actor=Actor(Role.CUSTOMER, who), details=details)
    return row(draft, status, _booked_at(draft, dice))


def _booked_at(draft: Draft, dice: Random) -> datetime:
    """Some days ahead of its time, and never later than yesterday."""
    ahead = draft.booking.starts_at - timedelta(days=dice.randint(1, 20), minutes=dice.randint(0, 600))
    return min(ahead, clock.now().replace(hour=4, minute=dice.randint(0, 59), second=0, microsecond=0) - 24 * HOUR)


def _opening(calendar: Calendar, day: date) -> datetime:
    """When the calendar opens on that day, or on the next one on which it does."""
    while not (ranges := calendar.weekly_hours.get(DAYS[day.weekday()])):
        day += timedelta(days=1)
    opens = datetime.combine(day, time.fromisoformat(ranges[0]["start"]), calendar.zone)
    return opens.astimezone(UTC)


def _with_times(rows: Sequence[Row]) -> list[Row]:
    """Takes their times, and leaves out those that cannot be had, as on a day off."""
    left, clashing = list(rows), True
    while clashing:
        clashing = False
        try:
            claim_all([claim for each in left if each.booking.is_occupying for claim in claims_of(each.booking)])
        except (SlotTaken, DayIsFull) as error:
            refused, clashing = set(error.refused), True
            left = [each for each in left if not (each.booking.is_occupying and each.booking.time in refused)]
    return left


def _review(rows: Sequence[Row], dice: Random) -> None:
    done = [each.booking for each in rows if each.booking.status == _S.COMPLETED]
    said = [(booking, *dice.choice(COMMENTS)) for booking in done if dice.random() < 0.6]
    Review.objects.bulk_create(
        Review(
            booking_id=booking.pk,
            customer=booking.customer,
            specialist=booking.specialist,
            service=booking.service,
            resource=booking.resource,
            rating=rating,
            comment=comment,
            created_at=booking.ends_at + HOUR,
            updated_at=booking.ends_at + HOUR,
        )
        for booking, rating, comment in said
    )


def _seed_series(world: DemoWorld, room: Resource, who: User) -> None:
    """The first customer's team meets every week, but for one of the dates."""
    offer = wanted_resource(room.pk)
    if offer is None:
        return
    start = _opening(offer.calendar, world.today + timedelta(days=7)) + 3 * HOUR
    asked = Asked(
        customer=who,
        offer=offer,
        start=start,
        duration=HOUR,
        rule=parse_rule("FREQ=WEEKLY;COUNT=8"),
        zone=offer.calendar.zone,
        details=Details(title="Weekly team meeting"),
    )
    made = book_series(asked, actor=customer(who))
    third = made.bookings[2].starts_at.astimezone(offer.calendar.zone).date()
    cancel_date(made.series.pk, third, actor=customer(who), reason="Public holiday")
    # Nobody is to be told, so it is history at once.
    told = OutboxEvent.objects.waiting().filter(subject__in=[str(each.pk) for each in made.bookings])
    told.update(subscribers=[], delivered_at=clock.now())
