"""What a client believes of a booking. It is compared with what is known here, and never obeyed."""

from dataclasses import dataclass, fields
from datetime import timedelta
from uuid import UUID

from bookings.errors import CannotBook
from bookings.models import Booking
from common.errors import Detail, ValidationFailed
from common.money import Money, MoneyError


@dataclass(frozen=True, slots=True)
class Expected:
    """None where nothing was said."""

    service_id: UUID | None = None
    specialist_id: UUID | None = None
    resource_id: UUID | None = None
    duration: int | None = None
    amount: str | None = None
    created_by: str | None = None


NOTHING_EXPECTED = Expected()
EXPECTATIONS = frozenset(field.name for field in fields(Expected))


def require_expected(booking: Booking, expected: Expected) -> None:
    """Refuses a booking that is not what the client takes it for, such as one at another price (AMOUNT_MISMATCH)."""
    known = {
        "service_id": booking.service_id,
        "specialist_id": booking.specialist_id,
        "resource_id": booking.resource_id,
        "duration": booking.time.duration // timedelta(minutes=1),
        "created_by": str(booking.customer_id),
    }
    problems = [
        Detail(name, "This is not so here.", f"{name.removesuffix('_id').upper()}_MISMATCH")
        for name, value in known.items()
        if getattr(expected, name) not in (None, value)
    ]
    if expected.amount is not None and _read(expected.amount, booking.currency) != booking.total:
        message = f"It costs {booking.total} {booking.currency}."
        problems.append(Detail("amount", message, "AMOUNT_MISMATCH"))
    if problems:
        raise CannotBook(problems[0].message, details=problems)


def _read(amount: str, currency: str) -> Money:
    try:
        return Money.parse(amount, currency)
    except MoneyError as error:
        raise ValidationFailed.of("amount", str(error)) from error
