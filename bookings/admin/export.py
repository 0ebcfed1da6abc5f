"""The list of bookings as a file, for finance: a line for each, and totals in each currency."""

from datetime import datetime
from typing import Any

from bookings.admin.previews import shown_with
from bookings.models import Booking
from common.exports import Column
from common.money import Money


def _amount(name: str) -> Any:
    def amount_of(booking: Booking) -> Any:
        return Money(getattr(booking, f"{name}_minor"), booking.currency).decimal

    return amount_of


def _local(moment: datetime, booking: Booking) -> str:
    return moment.astimezone(booking.zone).isoformat(timespec="minutes")


EXPORTED = (
    Column("number", lambda booking: booking.number),
    Column("kind", lambda booking: booking.kind),
    Column("status", lambda booking: booking.status),
    Column("payment status", lambda booking: booking.payment_status),
    Column("payment method", lambda booking: booking.payment_method),
    Column("source", lambda booking: booking.source),
    Column("starts", lambda booking: _local(booking.starts_at, booking)),
    Column("ends", lambda booking: _local(booking.ends_at, booking)),
    Column("time zone", lambda booking: booking.timezone),
    Column("customer", lambda booking: booking.customer.get_full_name()),
    Column("e-mail", lambda booking: booking.customer.email),
    Column("phone number", lambda booking: booking.customer.phone_number),
    Column("with", shown_with),
    Column("service", lambda booking: booking.service),
    Column("currency", lambda booking: booking.currency),
    *(
        Column(name.replace("_", " "), _amount(name), is_summed=True)
        for name in ("subtotal", "savings", "discount", "tax", "total", "deposit", "cancellation_fee")
    ),
    Column("booked", lambda booking: booking.created_at.isoformat(timespec="seconds")),
)
