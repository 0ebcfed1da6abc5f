"""What a page says of a booking in words: when it is, with whom, and what a cancellation would cost."""

from collections.abc import Mapping
from datetime import datetime

from bookings.cancellation import Policy, Rule
from bookings.enums import BookingStatus, Role
from bookings.models import Booking
from bookings.selectors.paying import paid_for
from bookings.selectors.permitted import cancellation_of
from common.money import Money

RULES: Mapping[str, str] = {
    Rule.STARTED: "it has started, so only staff may cancel",
    Rule.NOT_THE_CUSTOMER: "not the customer's doing, so it costs the customer nothing",
    Rule.UNPAID: "it was never paid",
    Rule.JUST_BOOKED: "it was booked just now",
    Rule.IN_TIME: "it is before the deadline",
    Rule.LATE: "the deadline is over",
    Rule.DECIDED: "staff decided so",
}


def priced(amount: Money) -> str:
    return f"{amount} {amount.currency}"


def shown_time(booking: Booking) -> str:
    """On the clock of the booking's calendar, with the name of its zone."""
    start, end = booking.starts_at.astimezone(booking.zone), booking.ends_at.astimezone(booking.zone)
    until = f"{end:%H:%M}" if start.date() == end.date() else f"{end:%a %d %b %Y %H:%M}"
    return f"{start:%a %d %b %Y %H:%M} – {until} ({booking.timezone})"


def shown_with(booking: Booking) -> str:
    names = [str(each) for each in (booking.specialist, booking.resource) if each is not None]
    return " · ".join(names) or "Nobody yet"


def preview_of(booking: Booking, *, is_cancelled: bool, now: datetime) -> list[tuple[str, str]]:
    about = [
        ("Customer", str(booking.customer)),
        ("With", shown_with(booking)),
        ("What", str(booking.service or booking.title or booking.get_kind_display())),
        ("When", shown_time(booking)),
        ("State", BookingStatus(booking.status).label),
        ("Price", f"{priced(booking.total)}, {booking.get_payment_status_display().lower()}"),
    ]
    return [*about, *cancellation_preview(booking, now)] if is_cancelled else about


def cancellation_preview(booking: Booking, now: datetime) -> list[tuple[str, str]]:
    """What staff's cancellation costs the customer, what the customer's own would cost now, and what is given back."""
    paid = Money(paid_for(booking.pk).left, booking.currency)
    ours = cancellation_of(booking, Role.STAFF, now)
    theirs = cancellation_of(booking, Role.CUSTOMER, now)
    own = f"{priced(theirs.fee)}: {RULES[theirs.rule]}" if theirs.is_allowed else RULES[theirs.rule].capitalize()
    deadline = Policy.from_json(booking.policy).deadline(booking.starts_at, booking.zone).astimezone(booking.zone)
    return [
        ("Fee for this cancellation", f"{priced(ours.fee)}: {RULES[ours.rule]}"),
        ("If the customer cancelled now", own),
        ("Free until", f"{deadline:%a %d %b %Y %H:%M} ({booking.timezone})"),
        ("Paid so far", priced(paid)),
        *_other_means(booking),
        ("Owed back", priced(max(paid - ours.fee, Money.zero(booking.currency)))),
    ]


def _other_means(booking: Booking) -> list[tuple[str, str]]:
    """Points always come back, and credit does here: staff's own cancellation costs nothing."""
    by = {"points": booking.points_minor, "credit": booking.credit_minor}
    return [(f"By {name}, comes back", priced(Money(minor, booking.currency))) for name, minor in by.items() if minor]
