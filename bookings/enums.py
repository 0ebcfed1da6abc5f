"""The words of a booking's life, and the table of moves: from, action, to, who may."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import TextChoices


class BookingKind(TextChoices):
    APPOINTMENT = "appointment", "Appointment"
    RESERVATION = "reservation", "Reservation"
    VISIT = "visit", "Visit"


class BookingStatus(TextChoices):
    PENDING_PAYMENT = "pending_payment", "Waiting for payment"
    PENDING = "pending", "Waiting for confirmation"
    PARTNER_ASSIGNED = "partner_assigned", "Partner assigned"
    CONFIRMED = "confirmed", "Confirmed"
    IN_PROGRESS = "in_progress", "In progress"
    COMPLETED = "completed", "Completed"
    CANCELLED = "cancelled", "Cancelled"
    EXPIRED = "expired", "Expired"
    NO_SHOW = "no_show", "No-show"


# Holds its time on the calendar: exactly these have an occupancy.
OCCUPYING = frozenset(
    {
        BookingStatus.PENDING_PAYMENT,
        BookingStatus.PENDING,
        BookingStatus.PARTNER_ASSIGNED,
        BookingStatus.CONFIRMED,
        BookingStatus.IN_PROGRESS,
    }
)
# Can still be moved to another time.
UPCOMING = OCCUPYING - {BookingStatus.IN_PROGRESS}
# Nothing more happens to these, but that an expired one may come back when its money arrives late.
OVER = frozenset(BookingStatus) - OCCUPYING
# What was never paid for, or is not yet, has not come about.
NEVER_MADE = frozenset({BookingStatus.PENDING_PAYMENT, BookingStatus.EXPIRED})


class PaymentStatus(TextChoices):
    UNPAID = "unpaid", "Unpaid"
    DEPOSIT_PAID = "deposit_paid", "Deposit paid"
    PAID = "paid", "Paid"
    FAILED = "failed", "Failed"
    PARTIALLY_REFUNDED = "partially_refunded", "Partially refunded"
    REFUNDED = "refunded", "Refunded"


class PaymentMethod(TextChoices):
    ONLINE = "online", "Online"
    CASH = "cash", "Cash"


class Role(TextChoices):
    """As whom somebody acts on a booking. One person can be customer of one and specialist of another."""

    CUSTOMER = "customer", "Customer"
    SPECIALIST = "specialist", "Specialist"
    PARTNER = "partner", "Partner"
    STAFF = "staff", "Staff"
    SYSTEM = "system", "System"


class Source(TextChoices):
    """Where a booking was made."""

    API = "api", "API"
    TELEGRAM = "telegram", "Telegram"
    SERVICE = "service", "Service account"
    BACK_OFFICE = "back_office", "Back office"


class SeriesStatus(TextChoices):
    ACTIVE = "active", "Active"
    CANCELLED = "cancelled", "Cancelled"


class ExceptionType(TextChoices):
    """What became of one date of a series: left out from the start, called off, or given other details."""

    SKIPPED = "skipped", "Skipped"
    CANCELLED = "cancelled", "Cancelled"
    MODIFIED = "modified", "Modified"


class Action(StrEnum):
    """What is done to a booking. `CREATE`, `RESCHEDULE` and `CHANGE` add to the timeline and leave the status alone.

    So does `HOLD`: what is left to pay is held on the customer's card.
    """

    CREATE = "create"
    PAY = "pay"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    CONFIRM = "confirm"
    START = "start"
    COMPLETE = "complete"
    CANCEL = "cancel"
    EXPIRE = "expire"
    REVIVE = "revive"
    NO_SHOW = "no_show"
    RESCHEDULE = "reschedule"
    CHANGE = "change"
    HOLD = "hold"


@dataclass(frozen=True, slots=True)
class Move:
    to: BookingStatus
    who: frozenset[Role]


def _move(to: BookingStatus, *who: Role) -> Move:
    return Move(to, frozenset(who))


_S, _R = BookingStatus, Role
_ANY_SIDE = (_R.CUSTOMER, _R.SPECIALIST, _R.STAFF, _R.SYSTEM)

MOVES: Mapping[tuple[BookingStatus, Action], Move] = {
    (_S.PENDING_PAYMENT, Action.PAY): _move(_S.PENDING, _R.SYSTEM, _R.STAFF),
    (_S.PENDING_PAYMENT, Action.CANCEL): _move(_S.CANCELLED, *_ANY_SIDE),
    (_S.PENDING_PAYMENT, Action.EXPIRE): _move(_S.EXPIRED, _R.SYSTEM),
    (_S.PENDING, Action.ASSIGN): _move(_S.PARTNER_ASSIGNED, _R.STAFF, _R.SYSTEM),
    (_S.PENDING, Action.CONFIRM): _move(_S.CONFIRMED, _R.SPECIALIST, _R.STAFF, _R.SYSTEM),
    (_S.PENDING, Action.CANCEL): _move(_S.CANCELLED, *_ANY_SIDE),
    (_S.PARTNER_ASSIGNED, Action.CONFIRM): _move(_S.CONFIRMED, _R.PARTNER, _R.STAFF),
    (_S.PARTNER_ASSIGNED, Action.UNASSIGN): _move(_S.PENDING, _R.PARTNER, _R.STAFF, _R.SYSTEM),
    (_S.PARTNER_ASSIGNED, Action.CANCEL): _move(_S.CANCELLED, _R.CUSTOMER, _R.STAFF, _R.SYSTEM),
    (_S.CONFIRMED, Action.UNASSIGN): _move(_S.PENDING, _R.PARTNER, _R.STAFF),
    (_S.CONFIRMED, Action.START): _move(_S.IN_PROGRESS, _R.SPECIALIST, _R.PARTNER, _R.STAFF),
    # A partner completes what was started only; the system closes what is long over.
    (_S.CONFIRMED, Action.COMPLETE): _move(_S.COMPLETED, _R.SPECIALIST, _R.STAFF, _R.SYSTEM),
    (_S.CONFIRMED, Action.CANCEL): _move(_S.CANCELLED, *_ANY_SIDE),
    (_S.CONFIRMED, Action.NO_SHOW): _move(_S.NO_SHOW, _R.SPECIALIST, _R.PARTNER, _R.STAFF),
    (_S.IN_PROGRESS, Action.COMPLETE): _move(_S.COMPLETED, _R.SPECIALIST, _R.PARTNER, _R.STAFF, _R.SYSTEM),
    (_S.IN_PROGRESS, Action.CANCEL): _move(_S.CANCELLED, _R.STAFF),
    (_S.EXPIRED, Action.REVIVE): _move(_S.PENDING, _R.SYSTEM),
}


def allowed_actions(status: BookingStatus, role: Role) -> list[Action]:
    """What somebody may do to a booking in this state, as far as the table tells; times are asked elsewhere."""
    return [action for (before, action), move in MOVES.items() if before == status and role in move.who]
