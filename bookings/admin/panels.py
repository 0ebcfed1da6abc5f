"""What a booking's page shows below its fields: lines, answers, address, and all that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.html import format_html

from bookings.admin.previews import priced
from bookings.enums import BookingStatus, Role
from bookings.models import Booking, TimelineEntry
from bookings.selectors.bookings import timeline_of
from bookings.selectors.paying import PAYABLE
from common.money import Money
from loyalty.models import PromoRedemption
from payments.models import Payment

LINK = '<a class="almanac-link" href="{}">{}</a>'
# What is shown of a step besides; the whole policy is on the booking itself.
TOLD = ("from", "to", "rule", "fee")


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[str]]


def panels_of(booking: Booking) -> list[Panel]:
    """Three queries: the lines, the payments and the timeline, and one more where a promo code was used.

    A panel without rows is left out.
    """
    panels = [
        *(_timeline(booking), _lines(booking), _code(booking), _paid(booking), _answers(booking)),
        *(_contact(booking), _address(booking), _others(booking)),
    ]
    return [panel for panel in panels if panel.rows]


def _timeline(booking: Booking) -> Panel:
    rows = [
        (
            f"{entry.created_at.astimezone(booking.zone):%a %d %b %Y %H:%M}",
            entry.action.replace("_", " "),
            BookingStatus(entry.to_status).label,
            f"{entry.actor or 'Nobody'} ({Role(entry.role).label.lower()})" if entry.actor else Role(entry.role).label,
            entry.reason,
            _told(entry),
        )
        for entry in timeline_of(booking)
    ]
    return Panel(f"Timeline ({booking.timezone})", ("When", "What", "State", "Who", "Why", "Besides"), rows)


def _told(entry: TimelineEntry) -> str:
    return ", ".join(f"{name}: {_spoken(entry.data[name])}" for name in TOLD if entry.data.get(name))


def _spoken(value: Any) -> str:
    return " – ".join(str(each) for each in value) if isinstance(value, list) else str(value).replace("_", " ")


def _lines(booking: Booking) -> Panel:
    rows = [
        (
            line.name,
            str(line.quantity),
            f"{line.duration_minutes} min",
            priced(Money(line.unit_price_minor, booking.currency)),
            priced(Money(line.total_minor, booking.currency)),
        )
        for line in booking.lines.all()
    ]
    return Panel("Services as they were booked", ("Service", "Count", "Lasts", "Each", "Together"), rows)


def _code(booking: Booking) -> Panel:
    uses = (
        PromoRedemption.objects.of(booking.pk).select_related("promo").order_by("pk") if booking.discount_minor else ()
    )
    rows = [(use.promo.code, priced(use.discount), use.get_state_display()) for use in uses]
    return Panel("Promo code", ("Code", "Takes off", "Its use is"), rows)


def _paid(booking: Booking) -> Panel:
    paid = Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=0).order_by("captured_at", "pk")
    rows = [
        (
            format_html(
                LINK, reverse("admin:payments_payment_change", args=[payment.pk]), payment.get_purpose_display()
            ),
            payment.gateway.capitalize(),
            priced(payment.captured),
            format_html(LINK, reverse("admin:payments_payment_receipt", args=[payment.pk]), "PDF"),
        )
        for payment in paid
    ]
    return Panel("Paid", ("What for", "By", "Amount", "Receipt"), rows)


def _answers(booking: Booking) -> Panel:
    return Panel("Answers", ("Asked", "Answered"), [(asked, str(told)) for asked, told in booking.answers.items()])


def _contact(booking: Booking) -> Panel:
    told = [(name, str(value)) for name, value in (booking.contact or {}).items()]
    return Panel("To ask for at the door", ("", ""), told)


def _address(booking: Booking) -> Panel:
    told = [(name.replace("_", " "), str(value)) for name, value in (booking.address or {}).items() if value]
    return Panel("Address", ("", ""), told)


def _others(booking: Booking) -> Panel:
    told = [("Attendee", each) for each in booking.attendees]
    told += [("Deliverable", each) for each in booking.deliverables]
    told += [(name, str(value)) for name, value in booking.metadata.items()]
    return Panel("Besides", ("", ""), told)
