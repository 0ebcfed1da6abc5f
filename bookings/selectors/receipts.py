"""A booking as its receipt shows it."""

from uuid import UUID

from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.selectors.paying import due_for, paid_for
from common.money import Money
from payments.enums import Purpose
from payments.receipts import Bill, BillLine

TAKES_PLACE_BY = ("specialist__user", "resource", "service", "customer")


def bill_of(booking_id: UUID) -> Bill | None:
    """In four queries; None if there is no such booking."""
    booking = Booking.objects.select_related(*TAKES_PLACE_BY).filter(pk=booking_id).first()
    if booking is None:
        return None

    def amount(name: str) -> Money:
        return Money(getattr(booking, f"{name}_minor"), booking.currency)

    customer = booking.customer
    return Bill(
        number=booking.number,
        title=_title(booking),
        customer=customer.get_full_name() or str(customer),
        reached_by=[str(way) for way in (customer.email, customer.phone_number) if way],
        lines=_lines(booking),
        subtotal=amount("subtotal"),
        discount=amount("discount"),
        tax=amount("tax"),
        tax_basis_points=booking.tax_basis_points,
        prices_include_tax=booking.prices_include_tax,
        total=amount("total"),
        points=amount("points"),
        credit=amount("credit"),
        due=_due(booking),
        facts=_facts(booking),
        note=_note(booking),
    )


def _title(booking: Booking) -> str:
    if booking.service is not None:
        return booking.service.name
    return booking.title or (booking.resource.name if booking.resource is not None else booking.get_kind_display())


def _lines(booking: Booking) -> list[BillLine]:
    return [
        BillLine(
            line.name,
            line.quantity,
            Money(line.unit_price_minor, booking.currency),
            Money(line.total_minor, booking.currency),
        )
        for line in booking.lines.order_by("position")
    ]


def _due(booking: Booking) -> Money:
    due = due_for(booking, paid_for(booking.pk))
    return due.get(Purpose.REST) or due.get(Purpose.FULL) or Money.zero(booking.currency)


def _facts(booking: Booking) -> list[tuple[str, str]]:
    """When by the clocks of the place, and with whom."""
    starts, ends = (moment.astimezone(booking.zone) for moment in (booking.starts_at, booking.ends_at))
    last = f"{ends:%H:%M}" if starts.date() == ends.date() else f"{ends:%a} {ends.day} {ends:%b %Y, %H:%M}"
    facts = [("When", f"{starts:%a} {starts.day} {starts:%b %Y, %H:%M} – {last}")]
    if booking.specialist is not None:
        name = booking.specialist.business_name or booking.specialist.user.get_full_name()
        facts.append(("With", str(name)))
    elif booking.resource is not None:
        facts.append(("Place", booking.resource.name))
    return facts


def _note(booking: Booking) -> str:
    if booking.status != BookingStatus.CANCELLED:
        return ""
    fee = Money(booking.cancellation_fee_minor, booking.currency)
    kept = f" {fee} {fee.currency} of what was paid are kept." if fee else ""
    return f"The booking was cancelled.{kept}"
