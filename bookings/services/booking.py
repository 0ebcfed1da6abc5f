"""Making a booking: rules, then the time, then the rows; all in one transaction."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from accounts.models import User
from bookings.answers import check_answers
from bookings.enums import OCCUPYING, BookingStatus, PaymentMethod
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.selectors.paying import asked_in_money
from bookings.services.drafting import (
    NO_DETAILS,
    Details,
    Draft,
    begin_drafts,
    claims_of,
    draft_appointment,
    draft_reservation,
)
from bookings.services.expected import NOTHING_EXPECTED, Expected, require_expected
from bookings.services.times import require_time
from bookings.transitions import BOOKED_WITH, Actor
from catalog.errors import DayIsFull, SlotTaken
from catalog.models import Resource, Service
from catalog.occupancy import lock, take
from common import clock
from common.errors import Detail
from common.platform import platform_settings
from common.timeranges import TimeRange

ONE_DAY = timedelta(days=1)


@transaction.atomic
def book_appointment(
    *,
    service: Service,
    starts_at: datetime,
    customer: User,
    actor: Actor,
    details: Details = NO_DETAILS,
    expected: Expected = NOTHING_EXPECTED,
) -> Booking:
    """An appointment with the service's owner, and the service's room with it; the time is taken at once.

    The service comes from `wanted_service`. A click that is repeated within seconds gets the booking of the first.
    """
    require_offered(service)
    require_not_oneself(service, customer)
    check_answers(service.intake_questions, details.answers)
    draft = draft_appointment(service, starts_at, customer=customer, actor=actor, details=details)
    require_expected(draft.booking, expected)
    require_payable(draft.booking)
    require_time(draft.booking, draft.booking.time, actor=actor)
    return _booked(draft, actor)


@transaction.atomic
def book_reservation(
    *,
    resource: Resource,
    time: TimeRange,
    customer: User,
    actor: Actor,
    details: Details = NO_DETAILS,
    expected: Expected = NOTHING_EXPECTED,
) -> Booking:
    """A resource for a time, which is taken at once. The resource comes from `wanted_resource`."""
    if not resource.is_active:
        raise not_bookable("resource_id")
    draft = draft_reservation(resource, time, customer=customer, actor=actor, details=details)
    require_expected(draft.booking, expected)
    require_time(draft.booking, time, actor=actor)
    return _booked(draft, actor)


def require_offered(service: Service) -> None:
    """Refuses what is no longer offered, and what the platform sends somebody for: that goes by the checkout."""
    if not is_offered(service):
        raise not_bookable("service_id")
    if service.owner is None:
        message = "Book this service by the checkout: it is done at your address."
        raise _refused("service_id", message, "CHECKOUT_ONLY")


def is_offered(service: Service) -> bool:
    """Whether anybody may book it now: the service itself, whoever gives it and the room that it takes."""
    owner, room = service.owner, service.room
    if not service.is_active or service.archived_at is not None or (room is not None and not room.is_active):
        return False
    if owner is None:
        return True
    return bool(owner.is_verified and owner.is_active and owner.user.is_active and owner.user.erased_at is None)


def not_bookable(field: str) -> CannotBook:
    """What is not offered to anybody is refused like what does not exist."""
    return _refused(field, "There is nothing to book under this id.", "NOT_BOOKABLE")


def require_not_oneself(service: Service, customer: User) -> None:
    """Nobody is one's own customer: it would earn points and reviews for nothing."""
    if service.owner is not None and service.owner.user_id == customer.pk:
        raise _refused("service_id", "You cannot book yourself. Block the time instead.", "OWN_CALENDAR")


def _booked(draft: Draft, actor: Actor) -> Booking:
    booking = draft.booking
    claims = claims_of(booking)
    # Beside others there is room for the second click as well, so it has to be looked for ahead.
    if all(each.calendar.capacity > 1 for each in claims):
        lock({each.calendar for each in claims})
        if (twin := _repeated(booking)) is not None:
            return twin
    try:
        take(claims)
    except (SlotTaken, DayIsFull):
        if (twin := _repeated(booking)) is not None:
            return twin
        raise
    if booking.status == BookingStatus.PENDING_PAYMENT:
        booking.expires_at = clock.now() + require_few_holds(booking.customer)
    begin_drafts([draft], actor=actor)
    return booking


def claim_time(booking: Booking) -> None:
    """Takes the booking's time, which it has not or no longer; the one call on occupancies of its transaction."""
    claims = claims_of(booking)
    if claims:
        take(claims)


def _repeated(booking: Booking) -> Booking | None:
    """The same booking by the same customer some seconds ago, which a second click asks for again."""
    since = clock.now() - timedelta(seconds=platform_settings().duplicate_booking_seconds)
    twins = Booking.objects.filter(
        customer=booking.customer,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        service=booking.service,
        resource=booking.resource,
        status__in=OCCUPYING,
        created_at__gte=since,
    )
    # Mostly there is none, and to compile a statement with all that it is booked with costs three times the refusal.
    pk = twins.order_by("-created_at").values_list("pk", flat=True).first()
    return None if pk is None else Booking.objects.select_related(*BOOKED_WITH).get(pk=pk)


def require_few_holds(customer: User) -> timedelta:
    """Nobody keeps calendars from others by booking much and paying nothing.

    Returns for how long the next booking holds its time: half as long for every few that ran out within a day.
    """
    # Counted under the customer's lock: parallel requests would each find room for one more.
    User.objects.select_for_update(no_key=True).filter(pk=customer.pk).values_list("pk").get()
    settings, now = platform_settings(), clock.now()
    unpaid = Q(status__in=(BookingStatus.PENDING_PAYMENT, BookingStatus.EXPIRED))
    counted = Booking.objects.filter(unpaid, customer=customer, expires_at__gt=now - ONE_DAY).aggregate(
        held=Count("pk", filter=Q(status=BookingStatus.PENDING_PAYMENT, expires_at__gt=now)),
        # What has run out did so even before somebody has swept it away.
        lapsed=Count("pk", filter=Q(expires_at__lte=now)),
    )
    if counted["held"] >= settings.unpaid_holds:
        message = f"Pay for one of your {counted['held']} bookings first, or cancel it."
        raise _refused("", message, "TOO_MANY_UNPAID")
    # Ten halvings leave nothing of any time that the settings allow.
    halvings = min(counted["lapsed"] // settings.lapsed_holds, 10)
    shortened: timedelta = timedelta(minutes=settings.unpaid_hold_minutes) / 2**halvings
    return max(shortened, timedelta(minutes=min(settings.shortest_hold_minutes, settings.unpaid_hold_minutes)))


def require_payable(booking: Booking) -> None:
    """Refuses more in cash than anybody is to carry; what points and credit pay does not count."""
    settings = platform_settings()
    if booking.payment_method != PaymentMethod.CASH or booking.currency != settings.default_currency:
        return
    if asked_in_money(booking).minor > settings.cash_limit_minor:
        raise _refused("payment_method", "This is more than can be paid in cash.", "CASH_LIMIT")


def _refused(field: str, message: str, code: str) -> CannotBook:
    return CannotBook(message, details=[Detail(field, message, code)] if field else [Detail("", message, code)])
