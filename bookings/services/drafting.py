"""Bookings before they are saved: with whom, when, and everything that is copied from the catalog and the settings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.models import User
from bookings.cancellation import Policy
from bookings.enums import BookingKind, BookingStatus, Source
from bookings.errors import CannotBook
from bookings.models import Booking, BookingLine
from bookings.pricing import Priced, Pricing, Tax, basis_points_of, priced
from bookings.selectors.bookings import remember_lines
from bookings.transitions import Actor, begin
from catalog.enums import OccupancyKind
from catalog.models import Calendar, Resource, Service
from catalog.occupancy import Claim
from common import clock
from common.errors import Detail
from common.ids import new_id
from common.money import AmountOutOfRange, Money
from common.platform import platform_settings
from common.timeranges import TimeRange


@dataclass(frozen=True, slots=True)
class Details:
    """What people write into a booking. None of it decides anything."""

    title: str = ""
    description: str = ""
    notes: str = ""
    attendees: Sequence[str] = ()
    metadata: Mapping[str, Any] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    payment_method: str = ""
    source: Source = Source.API


@dataclass(frozen=True, slots=True)
class Draft:
    """A booking and its lines, unsaved. `begin_drafts` saves them."""

    booking: Booking
    lines: Sequence[BookingLine] = ()


NO_DETAILS = Details()


def draft_appointment(
    service: Service, starts_at: datetime, *, customer: User, actor: Actor, details: Details = NO_DETAILS
) -> Draft:
    """An appointment with the service's owner, in the service's room if it has one.

    The service comes with `owner__user`, `owner__calendar` and `room__calendar`. It waits for its deposit if one is
    due, else for the specialist's word, unless the specialist is booked without being asked.
    """
    owner = service.owner
    if owner is None:
        raise ValueError("Nobody's calendar is booked by a service of the platform.")
    wanted = [(service, 1)]
    pricing = price_services(wanted)
    deposit = deposit_of(service, pricing.total)
    buffers = service.buffers_on(owner.calendar)
    confirmed = BookingStatus.CONFIRMED if owner.instant_booking else BookingStatus.PENDING
    booking = Booking(
        kind=BookingKind.APPOINTMENT,
        specialist=owner,
        service=service,
        resource=service.room,
        calendar=owner.calendar,
        starts_at=starts_at,
        ends_at=starts_at + service.duration,
        buffer_before_minutes=buffers.before // timedelta(minutes=1),
        buffer_after_minutes=buffers.after // timedelta(minutes=1),
        deposit_minor=deposit.minor,
        **_snapshots(owner.calendar, pricing),
        **first_status(BookingStatus.PENDING_PAYMENT if deposit else confirmed),
        **told_columns(customer, actor, details),
    )
    return Draft(booking, lines_of(booking, wanted))


def draft_reservation(
    resource: Resource, time: TimeRange, *, customer: User, actor: Actor, details: Details = NO_DETAILS
) -> Draft:
    """A resource for a time, confirmed at once. The resource comes with its calendar."""
    calendar = resource.calendar
    nothing = Money.zero(platform_settings().default_currency)
    booking = Booking(
        kind=BookingKind.RESERVATION,
        resource=resource,
        calendar=calendar,
        starts_at=time.start,
        ends_at=time.end,
        buffer_before_minutes=calendar.buffer_before_minutes,
        buffer_after_minutes=calendar.buffer_after_minutes,
        **_snapshots(calendar, Pricing(nothing, nothing, nothing, nothing, nothing)),
        **first_status(BookingStatus.CONFIRMED),
        **told_columns(customer, actor, details),
    )
    return Draft(booking)


def begin_drafts(drafts: Sequence[Draft], *, actor: Actor) -> list[Booking]:
    """Saves them with their lines and the first rows of their timelines, in a constant number of statements."""
    bookings = [draft.booking for draft in drafts]
    begin(bookings, [line for draft in drafts for line in draft.lines], actor=actor)
    for draft in drafts:
        remember_lines(draft.booking, draft.lines)
    return bookings


def claims_of(booking: Booking, time: TimeRange | None = None) -> list[Claim]:
    """What the booking takes of each of its calendars, now or at another time.

    The booking's buffers are for its first calendar: around an appointment a room is free as its own calendar says.
    """
    when = time or booking.time
    claims = []
    if booking.calendar is not None:
        claims.append(Claim(booking.calendar, when, OccupancyKind.BOOKING, booking.pk, booking.buffers))
    if booking.resource is not None and booking.resource.calendar_id != booking.calendar_id:
        room = booking.resource.calendar
        claims.append(Claim(room, when, OccupancyKind.BOOKING, booking.pk, room.buffers))
    return claims


def price_services(wanted: Sequence[tuple[Service, int]], *, discount: Money | None = None) -> Pricing:
    """What so many of these services cost together, with tax as the settings have it; all in one currency."""
    settings = platform_settings()
    tax = Tax.of_percent(settings.tax_percent, is_included=settings.prices_include_tax)
    try:
        return priced(
            [Priced(service.price, quantity, service.market_price) for service, quantity in wanted],
            tax,
            currency=wanted[0][0].currency,
            discount=discount,
        )
    except AmountOutOfRange as error:
        message = "The price of this is more than can be paid here."
        raise CannotBook(message, details=[Detail("", message, "AMOUNT_OUT_OF_RANGE")]) from error


def lines_of(booking: Booking, wanted: Sequence[tuple[Service, int]]) -> list[BookingLine]:
    """A line for each service, as it is offered now."""
    return [
        BookingLine(
            booking=booking,
            service=service,
            position=position,
            name=service.name,
            quantity=quantity,
            duration_minutes=service.duration_minutes,
            unit_price_minor=service.price_minor,
            unit_market_price_minor=service.market_price_minor,
            total_minor=service.price_minor * quantity,
        )
        for position, (service, quantity) in enumerate(wanted)
    ]


def money_columns(pricing: Pricing) -> dict[str, Any]:
    """The amounts and the tax rule as columns of a booking."""
    settings = platform_settings()
    return {
        "currency": pricing.total.currency,
        "subtotal_minor": pricing.subtotal.minor,
        "savings_minor": pricing.savings.minor,
        "discount_minor": pricing.discount.minor,
        "tax_minor": pricing.tax.minor,
        "tax_basis_points": basis_points_of(settings.tax_percent),
        "prices_include_tax": settings.prices_include_tax,
        "total_minor": pricing.total.minor,
    }


def present_policy() -> Policy:
    """The cancellation policy that new bookings are made under."""
    settings = platform_settings()
    return Policy(
        free_minutes=settings.free_cancellation_minutes,
        fee_basis_points=basis_points_of(settings.cancellation_fee_percent),
        deadline_hours=settings.cancellation_deadline_hours,
    )


def first_status(status: BookingStatus) -> dict[str, Any]:
    """The status that a booking begins with, and the stamp that belongs to it."""
    if status is BookingStatus.PENDING_PAYMENT:
        minutes = platform_settings().unpaid_hold_minutes
        return {"status": status, "expires_at": clock.now() + timedelta(minutes=minutes)}
    if status is BookingStatus.CONFIRMED:
        return {"status": status, "confirmed_at": clock.now()}
    return {"status": status}


def _snapshots(calendar: Calendar, pricing: Pricing) -> dict[str, Any]:
    return {"timezone": calendar.timezone, "policy": present_policy().as_json(), **money_columns(pricing)}


def told_columns(customer: User, actor: Actor, details: Details) -> dict[str, Any]:
    """What people write into the booking, and the id under which it will be known."""
    return {
        # The occupancy is claimed under this id before the booking is there.
        "id": new_id(),
        "created_at": clock.now(),
        "customer": customer,
        "booked_by": actor.user,
        "title": details.title,
        "description": details.description,
        "notes": details.notes,
        "attendees": list(dict.fromkeys(details.attendees)),
        "metadata": dict(details.metadata),
        "answers": dict(details.answers),
        "payment_method": details.payment_method,
        "source": details.source,
    }


def deposit_of(service: Service, total: Money) -> Money:
    """What the specialist asks for in advance, but no more than the whole price.

    A deposit in another currency than the service's cannot be compared with its price, and is not asked for.
    """
    deposit = service.owner.deposit if service.owner is not None else None
    if deposit is None or deposit.currency != total.currency:
        return Money.zero(total.currency)
    return min(deposit, total)
