"""Paying for a booking: its deposit, or all that is left; asking how it went; and giving back."""

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
from bookings.api.serializers.booking import shown_detail
from bookings.api.serializers.paying import (
    DepositAnswerSerializer,
    DepositInput,
    FullPaymentAnswerSerializer,
    FullPaymentInput,
    RefundAnswerSerializer,
    RefundInput,
    VerifiedSerializer,
    VerifyInput,
    shown_full_payment,
)
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.selectors.bookings import timeline_of
from bookings.selectors.paying import PAYABLE
from bookings.services.means import cover_with_points
from bookings.services.refunds import RefundKind, refund_booking
from common.api.idempotency import Phases, idempotent, idempotent_in_phases
from common.api.rate_scopes import PAYMENTS
from common.api.views import ApiView
from common.errors import NotFound, PermissionDenied, ValidationFailed
from common.money import Money
from common.rules import signed_in
from loyalty.errors import CannotRedeem, NotEnoughPoints
from loyalty.selectors import points_for_price
from payments.api.serializers import shown_payment, shown_refund
from payments.enums import BESIDES, Purpose
from payments.errors import GatewayDown
from payments.gateways.base import GatewayError
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId
from payments.services.opening import Asked, begin_payment, order_payment
from payments.services.syncing import sync_payment

REFUND = "payments.refund_payment"
# The rest where a part is paid.
ALL_OF_IT = (Purpose.REST, Purpose.FULL)


class PayView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    def paid(self, request: Request, phases: Phases, purposes: tuple[Purpose, ...], asked: dict[str, Any]) -> Payment:
        """The payment as far as it got. A try that died is taken up with the payment that it had begun."""
        user = caller_of(request)
        booking = found(asked["booking_id"], user)
        wanted = _wanted(booking, purposes, asked)
        if (begun := _begun_before(phases)) is not None:
            return order_payment(begun, wanted)
        with transaction.atomic():
            pk = _begun(wanted, phases, user, asked)
        return order_payment(pk, wanted)


class DepositView(PayView):
    @extend_schema(
        operation_id="payment_deposit",
        summary="Pay a booking's deposit",
        request=DepositInput,
        responses=DepositAnswerSerializer,
    )
    @idempotent_in_phases
    def post(self, request: Request, *, phases: Phases) -> Response:
        """The booking goes on as soon as the money is here, which may be a moment after this."""
        asked = body_of(request, DepositInput)
        payment = self.paid(request, phases, (Purpose.DEPOSIT,), asked)
        return Response({"payment_intent": shown_payment(payment), "booking": _shown(payment, request)})


class FullPaymentView(PayView):
    @extend_schema(
        operation_id="payment_full",
        summary="Pay all that is left of a booking",
        request=FullPaymentInput,
        responses=FullPaymentAnswerSerializer,
    )
    @idempotent_in_phases
    def post(self, request: Request, *, phases: Phases) -> Response:
        """Paid already, it answers the payment that paid it.

        Points are taken before money is asked for, once: asked for again, those that were taken count. They stay on
        the booking whatever becomes of the payment, and come back when the booking is cancelled or expires. Where they
        pay for all of it no gateway is called, and the payment has no id.
        """
        asked, user = body_of(request, FullPaymentInput), caller_of(request)
        booking = found(asked["booking_id"], user)
        wanted = _wanted(booking, ALL_OF_IT, asked)
        pk = _begun_before(phases)
        if pk is None:
            with transaction.atomic():
                is_covered = _covered(booking, user, asked)
                pk = None if is_covered else _begun(wanted, phases, user, asked)
        payment = None if pk is None else order_payment(pk, wanted)
        booking = found(asked["booking_id"], user)
        return Response(
            {
                "payment": shown_full_payment(payment, booking),
                "loyalty_points_earned": points_for_price(booking.total),
                "booking": shown_detail(booking, timeline_of(booking), user),
            }
        )


class VerifyView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    @extend_schema(
        operation_id="payment_verify",
        summary="Ask the gateway whether it is paid",
        request=VerifyInput,
        responses=VerifiedSerializer,
    )
    @idempotent_in_phases
    def post(self, request: Request, *, phases: Phases) -> Response:
        """What the browser says is never believed: it says where to look."""
        asked = body_of(request, VerifyInput)
        payment = _payment_of(asked, caller_of(request))
        try:
            payment = sync_payment(PaymentId(payment.pk))
        except GatewayError as error:
            raise GatewayDown from error
        if "payment_id" not in asked and payment.gateway_charge_ref not in ("", asked["razorpay_payment_id"]):
            raise CannotBook.of("razorpay_payment_id", "This is not what paid the order.", "OTHER_PAYMENT")
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


class RefundView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    @extend_schema(
        operation_id="payment_refund",
        summary="Give money of a booking back",
        request=RefundInput,
        responses={201: RefundAnswerSerializer},
    )
    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        """For the specialist and for staff. What a cancelled booking's policy gives back goes by itself."""
        asked = body_of(request, RefundInput)
        user = caller_of(request)
        booking = _refundable_by(asked["booking_id"], user)
        amount = amount_in(booking.currency, asked.get("amount"))
        kind = RefundKind(asked["refund_type"])
        refunds = refund_booking(booking, kind, amount=amount, by=user, reason=asked["reason"])
        total = sum((each.amount for each in refunds), start=Money.zero(booking.currency))
        shown = {"refunds": [shown_refund(each) for each in refunds], "amount": str(total), "currency": total.currency}
        return Response(shown, status=201)


def _wanted(booking: Booking, purposes: tuple[Purpose, ...], asked: dict[str, Any]) -> Asked:
    """Of several purposes the one that was begun; else the rest where a part is paid."""
    begun = Payment.objects.live().of(PAYABLE, booking.pk).filter(purpose__in=purposes).order_by("-id").first()
    purpose = purposes[-1]
    if begun is not None:
        purpose = Purpose(begun.purpose)
    elif Payment.objects.of(PAYABLE, booking.pk).filter(captured_minor__gt=0).exclude(purpose__in=BESIDES).exists():
        purpose = purposes[0]
    return Asked(
        PAYABLE,
        booking.pk,
        purpose,
        gateway_for(asked.get("gateway")),
        method_ref=asked.get("payment_method_id", ""),
        # What is left to pay then is held on the same card when its time comes.
        saves_card=purpose is Purpose.DEPOSIT,
    )


def _begun_before(phases: Phases) -> PaymentId | None:
    """What the same request had begun when its worker died."""
    return PaymentId(UUID(phases.recovery_data["payment"])) if phases.recovery_point else None


def _begun(wanted: Asked, phases: Phases, user: User, asked: dict[str, Any]) -> PaymentId:
    payment = begin_payment(wanted, payer=user)
    _require_amount(payment.amount, asked.get("amount"))
    phases.reach("payment_begun", payment=str(payment.pk))
    return PaymentId(payment.pk)


def _covered(booking: Booking, user: User, asked: dict[str, Any]) -> bool:
    """Whether there is nothing to ask a gateway for; what has been paid by one is answered with its payment."""
    try:
        is_covered = cover_with_points(booking.pk, asked.get("loyalty_points_used", 0), payer=user)
    except (CannotRedeem, NotEnoughPoints) as refusal:
        code = refusal.details[0].code
        raise CannotRedeem.of("loyalty_points_used", refusal.message, code) from refusal
    if not is_covered or Payment.objects.live().of(PAYABLE, booking.pk).filter(purpose__in=ALL_OF_IT).exists():
        return False
    _require_amount(Money.zero(booking.currency), asked.get("amount"))
    return True


def _require_amount(due: Money, expected: str | None) -> None:
    if amount_in(due.currency, expected) not in (None, due):
        message = f"What is due is {due} {due.currency}."
        raise CannotBook.of("amount", message, "AMOUNT_MISMATCH")


def _payment_of(asked: dict[str, Any], user: User) -> Payment:
    """One's own, by its id or by an order with the gateway's signature."""
    payments = Payment.objects.visible_to(user).filter(payable_type=PAYABLE)
    if "payment_id" in asked:
        payment = payments.filter(pk=asked["payment_id"]).first()
    else:
        order, charge = asked["razorpay_order_id"], asked["razorpay_payment_id"]
        payment = payments.filter(gateway="razorpay", gateway_ref=order).first()
        if payment is not None and not gateway_of("razorpay").confirms(order, charge, asked["razorpay_signature"]):
            raise ValidationFailed.of("razorpay_signature", "This is not Razorpay's signature of the payment.")
    if payment is None:
        raise NotFound
    return payment


def _refundable_by(pk: UUID, user: User) -> Booking:
    """The specialist's own, or any for staff; a customer sees the booking and gives nothing back."""
    if user.has_perm(REFUND):
        booking = Booking.objects.filter(pk=pk).first()
        if booking is None:
            raise NotFound
        return booking
    booking = found(pk, user)
    if booking.specialist is None or booking.specialist.user_id != user.pk:
        raise PermissionDenied
    return booking


def _shown(payment: Payment, request: Request) -> dict[str, Any]:
    booking = found(payment.payable_id, request.user)
    return shown_detail(booking, timeline_of(booking), request.user)
