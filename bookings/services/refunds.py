"""Giving back money of a booking because somebody decides so; what its policy gives back goes by itself."""

from collections.abc import Iterable
from enum import StrEnum

from django.db import transaction

from accounts.models import User
from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.transitions import locked
from common.money import Money
from payments.enums import FOR_THE_PRICE, Destination, Purpose
from payments.errors import CannotRefund
from payments.models import Payment, Refund
from payments.services.refunding import refund_now, request_refund


class RefundKind(StrEnum):
    FULL = "full"
    PARTIAL = "partial"
    DEPOSIT = "deposit_only"


@transaction.atomic
def refund_booking(
    booking: Booking, kind: RefundKind, *, amount: Money | None = None, by: User, reason: str
) -> list[Refund]:
    """Promises the money back, from the latest payment on: all of the amount or, if that is not there, nothing.

    A tip is no part of the price, and goes back by its own payment alone.
    """
    booking = locked(booking.pk)
    if kind is RefundKind.DEPOSIT and booking.status == BookingStatus.COMPLETED:
        raise CannotRefund.of("refund_type", "The deposit became a part of the price.", "COMPLETED")
    payments = [each for each in _captured(booking, kind) if each.refundable]
    most = sum((each.refundable for each in payments), start=Money.zero(booking.currency))
    wanted = most if amount is None else amount
    if wanted.minor < 1 or wanted > most:
        raise CannotRefund.of("amount", f"At most {most} {most.currency} can be given back.", "TOO_MUCH")
    return list(_split(payments, wanted, by=by, reason=reason))


@transaction.atomic
def put_into_credit(booking: Booking, amount: Money, *, reason: str) -> list[Refund]:
    """Money of a booking that is about to be cancelled stays here as its customer's credit, from the latest payment on.

    It is what the cancellation gives back anyway, so it waits for no second person; nor does it leave the platform.
    """
    booking = locked(booking.pk)
    refunds = []
    for payment in _captured(booking, RefundKind.FULL):
        part = min(payment.refundable, amount)
        if part:
            cause = f"cancelled:{booking.pk}:{payment.pk}:{payment.refunds.count() + 1}"
            refunds.append(refund_now(payment, part, cause=cause, reason=reason, destination=Destination.CREDIT))
            amount -= part
    if amount:
        raise CannotRefund.of("amount", f"{amount} {amount.currency} of it are not here.", "TOO_MUCH")
    return refunds


def _captured(booking: Booking, kind: RefundKind) -> Iterable[Payment]:
    payments = Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=0, purpose__in=FOR_THE_PRICE)
    if kind is RefundKind.DEPOSIT:
        payments = payments.filter(purpose=Purpose.DEPOSIT)
    return payments.select_for_update(no_key=True).order_by("-id")


def _split(payments: Iterable[Payment], wanted: Money, *, by: User, reason: str) -> Iterable[Refund]:
    for payment in payments:
        part = min(payment.refundable, wanted)
        if part:
            yield request_refund(payment, part, by=by, reason=reason)
            wanted -= part
