"""What messages tell of a booking: written when it happens, and looked at once more when they leave."""

from functools import partial
from typing import Any

from accounts.models import User
from bookings.calendar_files import Method, State, calendar_file
from bookings.enums import OCCUPYING, BookingStatus, Role
from bookings.models import Booking
from bookings.rules import role_of
from bookings.selectors.calendar_entries import STATES, entry_of, organizer
from bookings.selectors.paying import wanted_of
from bookings.transitions import BOOKED_WITH
from common import clock
from notifications.channels.base import Attachment
from notifications.services.subjects import Outdated, Present, Told

REQUESTED, TO_CONFIRM, CONFIRMED = "booking_requested", "booking_to_confirm", "booking_confirmed"
MOVED, CANCELLED, UNANSWERED = "booking_moved", "booking_cancelled", "booking_unanswered"
EXPIRED, REMINDER, COMPLETED = "booking_expired", "booking_reminder", "booking_completed"
RECEIVED, REFUNDED, CREDITED = "payment_received", "payment_refunded", "payment_credited"
TO_PAY, TO_CONFIRM_PAYMENT = "payment_due", "payment_needs_confirmation"

# These are true of a booking that is over, all others only of one that is not.
OF_THE_END = frozenset({CANCELLED, UNANSWERED, EXPIRED})
NEVER_TOOK_PLACE = frozenset({BookingStatus.CANCELLED, BookingStatus.EXPIRED})
WITH_FILE = frozenset({REQUESTED, TO_CONFIRM, CONFIRMED, MOVED, CANCELLED, UNANSWERED})
NAMELESS = "A meeting"


def words(booking: Booking, reader: User, **more: Any) -> dict[str, Any]:
    """What and when, and for the two sides with whom; whoever is invited learns the title and the time."""
    role = role_of(reader, booking)
    return {"what": _what(booking, role), "who": _who(booking, role), "at": booking.starts_at, **more}


def place_of(booking: Booking, reader: User) -> str:
    """Where to be, for the two sides: the link to meet at, the address, the room, or where the specialist works."""
    if role_of(reader, booking) is None:
        return ""
    if booking.meeting_link:
        return booking.meeting_link
    return entry_of(booking, reader, organizer=organizer()).location


def as_it_is_now(told: Told) -> Present | Outdated:
    """The booking's present time and place in place of those at the time of writing (E326, U16)."""
    booking = Booking.objects.select_related(*BOOKED_WITH).filter(pk=told.about).first()
    if booking is None:
        return Outdated("there is no such booking")
    why = _outdated(told, booking)
    if why:
        return Outdated(why)
    now: dict[str, Any] = {"at": booking.starts_at}
    if "place" in told.context:
        now["place"] = place_of(booking, told.reader)
    return Present({**told.context, **now}, partial(_files, told, booking))


def _outdated(told: Told, booking: Booking) -> str:
    """Why this is no longer to be told, in a few words; empty if it is."""
    is_off = booking.status in NEVER_TOOK_PLACE
    if is_off is not (told.kind in OF_THE_END):
        return f"the booking is {booking.get_status_display().lower()}"
    if told.kind in {REQUESTED, TO_CONFIRM} and booking.status != BookingStatus.PENDING:
        return "the booking has been answered"
    if told.kind in {MOVED, REMINDER} and booking.starts_at != told.context["at"]:
        return "the booking was moved"
    if told.kind == REMINDER and (booking.status != BookingStatus.CONFIRMED or booking.starts_at <= clock.now()):
        return "the booking has begun"
    if told.kind in {TO_PAY, TO_CONFIRM_PAYMENT} and wanted_of(booking) is None:
        return "it is paid"
    return ""


def _files(told: Told, booking: Booking) -> tuple[Attachment, ...]:
    """The booking as a file for calendar apps, with the later dates of its series where the message is of them too."""
    if told.kind not in WITH_FILE:
        return ()
    bookings = _with_later_dates(booking) if told.context.get("more") else [booking]
    is_off = STATES[BookingStatus(booking.status)] is State.CANCELLED
    method = Method.CANCEL if is_off else Method.PUBLISH
    entries = [entry_of(each, told.reader, organizer=organizer()) for each in bookings]
    return (
        Attachment(
            name=f"{booking.number}.ics",
            content=calendar_file(entries, method=method),
            mime_type=f"text/calendar; method={method}",
        ),
    )


def _with_later_dates(booking: Booking) -> list[Booking]:
    same = NEVER_TOOK_PLACE if booking.status in NEVER_TOOK_PLACE else OCCUPYING
    later = Booking.objects.filter(series=booking.series_id, starts_at__gte=booking.starts_at, status__in=same)
    return list(later.select_related(*BOOKED_WITH).order_by("starts_at"))


def _what(booking: Booking, role: Role | None) -> str:
    if role is None:
        return booking.title or NAMELESS
    if booking.service is not None:
        return booking.service.name
    return booking.title or (booking.resource.name if booking.resource is not None else NAMELESS)


def _who(booking: Booking, role: Role | None) -> str:
    """Whom one meets there: the other side."""
    if role is Role.SPECIALIST:
        return str(booking.customer.get_full_name())
    if role is None or booking.specialist is None:
        return ""
    return booking.specialist.business_name or str(booking.specialist.user.get_full_name())
