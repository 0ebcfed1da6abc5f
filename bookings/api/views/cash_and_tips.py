"""Cash that was handed over, and tips."""

from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from accounts.models import User
from bookings.api.answers import found
from bookings.api.reading import amount_in, body_of, gateway_for
from bookings.api.serializers.paying import CashInput, TipInput, VerifiedSerializer
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.services.cash import record_cash
from bookings.services.tipping import require_same_tip, require_tip
from common.api.idempotency import Phases, idempotent_in_phases
from common.api.rate_scopes import PAYMENTS
from common.api.views import ApiView
from common.errors import NotFound, PermissionDenied
from common.rules import signed_in
from payments.api.serializers import shown_payment
from payments.enums import Purpose
from payments.models import Payment, PaymentId
from payments.services.opening import Asked, begin_payment, order_payment

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


class TipView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    @extend_schema(operation_id="payment_tip", summary="Give a tip", request=TipInput, responses=VerifiedSerializer)
    @idempotent_in_phases
    def post(self, request: Request, *, phases: Phases) -> Response:
        """For the customer, when it is done; all of it is the specialist's. There is one tip for a booking."""
        asked = body_of(request, TipInput)
        user = caller_of(request)
        booking = found(asked["booking_id"], user)
        wanted = _tip(booking, asked)
        if phases.recovery_point:
            return _answer(order_payment(PaymentId(UUID(phases.recovery_data["payment"])), wanted))
        with transaction.atomic():
            payment = _begun(booking, wanted, user)
            phases.reach("payment_begun", payment=str(payment.pk))
        return _answer(order_payment(PaymentId(payment.pk), wanted))


def _tip(booking: Booking, asked: dict[str, Any]) -> Asked:
    amount = amount_in(booking.currency, asked["amount"])
    method, gateway = asked.get("payment_method_id", ""), gateway_for(asked.get("gateway"))
    return Asked(PAYABLE, booking.pk, Purpose.TIP, gateway, method_ref=method, amount=amount)


def _begun(booking: Booking, wanted: Asked, user: User) -> Payment:
    if booking.customer_id != user.pk:
        raise PermissionDenied
    assert wanted.amount is not None  # noqa: S101 - required by TipInput
    require_tip(booking, wanted.amount)
    payment = begin_payment(wanted, payer=user)
    require_same_tip(payment, wanted.amount)
    return payment


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
