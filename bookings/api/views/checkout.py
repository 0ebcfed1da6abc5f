"""The checkout: a price that is promised for some minutes, and the booking that it becomes."""

from collections.abc import Mapping
from contextlib import nullcontext
from typing import Any, ClassVar
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from accounts.models import User
from bookings.api.answers import found
from bookings.api.reading import gateway_for
from bookings.api.serializers.booking import shown_to
from bookings.api.serializers.checkout import (
    CheckoutAnswerSerializer,
    CheckoutPreviewSerializer,
    ConfirmCheckoutInput,
    PrepareInput,
    contact_of,
    shown_order,
    shown_preview,
    when_of,
)
from bookings.enums import BookingKind, BookingStatus, PaymentMethod
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE
from bookings.services.confirming import Confirmed, confirm_checkout
from bookings.services.preparing import Wanted, prepare_checkout
from common.api.idempotency import Phases, idempotent_in_phases
from common.api.rate_scopes import PAYMENTS
from common.api.serializers import StrictSerializer
from common.api.versions import etag_of
from common.api.views import ApiView
from common.rules import signed_in
from loyalty.api.misses import counting_misses
from payments.enums import Purpose
from payments.models import Payment, PaymentId
from payments.services.opening import Asked, begin_payment, order_payment

CASH_VISIT = "Booking created. Partner will be assigned shortly."


class PrepareView(ApiView):
    rules: ClassVar = {"post": signed_in}

    @extend_schema(
        operation_id="checkout_prepare",
        summary="What a basket costs, and when it can be had",
        request=PrepareInput,
        responses={200: CheckoutPreviewSerializer},
    )
    def post(self, request: Request) -> Response:
        """With a time, on somebody's calendar, that time is kept from everybody else while the price is promised."""
        asked = _read(PrepareInput, request)
        wanted = Wanted(
            items=asked["items"],
            promo_code=asked["promo_code"],
            address_id=asked.get("address_id"),
            when=when_of(asked),
            use_points=asked["use_points"],
            use_credit=asked["use_credit"],
        )
        with counting_misses(request) if wanted.promo_code else nullcontext():
            prepared = prepare_checkout(wanted, customer=caller_of(request))
        return Response(shown_preview(prepared))


class ConfirmCheckoutView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}

    @extend_schema(
        operation_id="checkout_confirm",
        summary="Book what was prepared",
        request=ConfirmCheckoutInput,
        responses={201: CheckoutAnswerSerializer},
    )
    @idempotent_in_phases
    def post(self, request: Request, *, phases: Phases) -> Response:
        """The price is the preview's. Where something is paid online the booking waits for it, and expires without.

        A try that died after booking is taken up with the booking and the payment that it had begun.
        """
        asked = _read(ConfirmCheckoutInput, request)
        user = caller_of(request)
        gateway = gateway_for(asked.get("gateway")) if asked["payment_method"] == PaymentMethod.ONLINE else ""
        if phases.recovery_point:
            begun = phases.recovery_data
        else:
            with transaction.atomic():
                booking = confirm_checkout(_confirmed(asked), customer=user)
                if booking.status != BookingStatus.PENDING_PAYMENT:
                    return phases.store(_booked(booking, request))
                begun = {"booking": str(booking.pk), "payment": str(_begun(booking, gateway, user).pk)}
                phases.reach("booked", **begun)
        booking_id = UUID(begun["booking"])
        payment = order_payment(PaymentId(UUID(begun["payment"])), _order(booking_id, gateway))
        return _booked(found(booking_id, user), request, payment)


def _confirmed(asked: Mapping[str, Any]) -> Confirmed:
    return Confirmed(
        preview_id=asked["preview_id"],
        payment_method=PaymentMethod(asked["payment_method"]),
        policy_accepted=asked["cancellation_policy_accepted"],
        when=when_of(asked),
        address_id=asked.get("address_id"),
        contact=contact_of(asked),
        notes=asked["notes"],
        answers=asked.get("answers"),
        amount=asked.get("amount"),
    )


def _begun(booking: Booking, gateway: str, user: User) -> Payment:
    """The row of the payment that the booking waits for, in the transaction that makes the booking."""
    return begin_payment(_order(booking.pk, gateway), payer=user)


def _order(booking_id: UUID, gateway: str) -> Asked:
    return Asked(PAYABLE, booking_id, Purpose.FULL, gateway)


def _booked(booking: Booking, request: Request, payment: Payment | None = None) -> Response:
    answer: dict[str, Any] = {"booking": shown_to(booking, request.user)}
    if payment is not None:
        answer["payment"] = shown_order(payment, booking)
    elif booking.kind == BookingKind.VISIT:
        answer["message"] = CASH_VISIT
    path = request.path.removesuffix("/checkout/confirm")
    headers = {"Location": f"{path}/bookings/{booking.pk}", "ETag": etag_of(booking)}
    return Response(answer, status=201, headers=headers)


def _read(kind: type[StrictSerializer], request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    validated: dict[str, Any] = serializer.validated_data
    return validated
