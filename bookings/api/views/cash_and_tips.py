"""Cash that was handed over, and tips."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from accounts.models import User
from bookings.api.answers import found
from bookings.api.reading import amount_in, body_of
from bookings.api.serializers.paying import CashInput, VerifiedSerializer
from bookings.models import Booking
from bookings.services.cash import record_cash
from common.api.idempotency import Phases, idempotent_in_phases
from common.api.rate_scopes import PAYMENTS
from common.api.views import ApiView
from common.errors import NotFound, PermissionDenied
from common.rules import signed_in
from payments.api.serializers import shown_payment
from payments.models import Payment

COLLECT = "payments.collect_payment"


class CashView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    @extend_schema(
        operation_id="payment_cash",
        summary="Say that a booking was paid in cash",
        request=CashInput,
        responses=VerifiedSerializer,
    )
    @idempotent_in_phases
    def post(self, request: Request, *, phases: Phases) -> Response:
        """For the booking's specialist, and for staff. Said twice, it is the same payment."""
        asked = body_of(request, CashInput)
        user = caller_of(request)
        booking = _collected_by(asked["booking_id"], user)
        payment = record_cash(booking, by=user, amount=amount_in(booking.currency, asked.get("amount")))
        return _answer(payment)


def _collected_by(pk: UUID, user: User) -> Booking:
    """The specialist's own, or any for staff; a customer sees the booking and has not collected anything."""
    if user.has_perm(COLLECT):
        booking = Booking.objects.select_related("customer", "specialist").filter(pk=pk).first()
        if booking is None:
            raise NotFound
        return booking
    booking = found(pk, user)
    if booking.specialist is None or booking.specialist.user_id != user.pk:
        raise PermissionDenied
    return booking


def _answer(payment: Payment) -> Response:
    booking = Booking.objects.get(pk=payment.payable_id)
    return Response(
        {
            "payment": shown_payment(payment),
            "booking_id": booking.pk,
            "booking_number": booking.number,
            "payment_status": booking.payment_status,
            "booking_status": booking.status,
        }
    )
