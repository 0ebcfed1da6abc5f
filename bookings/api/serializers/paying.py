"""What is sent to pay for a booking and to give its money back, and what is answered."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from bookings.api.serializers.booking import BookingDetailSerializer
from bookings.api.serializers.input import ExpectedAmountField
from bookings.enums import BookingStatus, PaymentStatus
from bookings.models import Booking
from bookings.services.refunds import RefundKind
from common import clock
from common.api.fields import BoundedIntegerField, CurrencyField, IdField, TextField
from common.api.serializers import StrictSerializer
from common.casing import FreeForm
from common.money import Money
from payments.api.serializers import PaymentSerializer, RefundSerializer, shown_payment
from payments.enums import PaymentStatus as GatewayStatus
from payments.enums import Purpose
from payments.models import Payment

LONGEST_METHOD = 255
MOST_POINTS = 1_000_000_000


class PayInput(StrictSerializer):
    """What is to be paid is computed here. `amount` may be sent, and is refused where it differs."""

    booking_id = IdField()
    payment_method_id = TextField(
        max_length=LONGEST_METHOD,
        required=False,
        help_text="What the gateway calls a means of payment. Without one the answer tells how to go on.",
    )
    gateway = TextField(max_length=20, required=False, help_text="Who takes the money, where there is a choice.")


class DepositInput(PayInput):
    amount = ExpectedAmountField(required=False, help_text="The deposit that is expected.")


class FullPaymentInput(PayInput):
    amount = ExpectedAmountField(required=False, help_text="What is expected to be left to pay, points taken off.")
    loyalty_points_used = BoundedIntegerField(
        min_value=0,
        max_value=MOST_POINTS,
        required=False,
        help_text="How many points pay for it; those that were asked for in this way before count.",
    )


class CashInput(StrictSerializer):
    booking_id = IdField()
    amount = ExpectedAmountField(required=False, help_text="What was handed over, which is what is due.")


class TipInput(PayInput):
    amount = ExpectedAmountField(help_text="As much as the customer likes, in the booking's currency.")


class RefundInput(StrictSerializer):
    booking_id = IdField()
    refund_type = serializers.ChoiceField(choices=[each.value for each in RefundKind])
    amount = ExpectedAmountField(required=False, help_text="Of a partial refund.")
    reason = TextField(max_length=300)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_partial = attrs["refund_type"] == RefundKind.PARTIAL
        if is_partial and "amount" not in attrs:
            raise ValidationError({"amount": [ErrorDetail("Say how much is given back.", "required")]})
        if not is_partial and "amount" in attrs:
            raise ValidationError({"amount": [ErrorDetail("Only a partial refund has an amount.", "unknown_field")]})
        return attrs


class VerifyInput(StrictSerializer):
    """A payment by its id, or what Razorpay's code in the browser hands over."""

    payment_id = IdField(required=False)
    razorpay_order_id = TextField(max_length=100, required=False)
    razorpay_payment_id = TextField(max_length=100, required=False)
    razorpay_signature = TextField(max_length=200, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        triple = ("razorpay_order_id", "razorpay_payment_id", "razorpay_signature")
        if "payment_id" in attrs:
            if any(name in attrs for name in triple):
                raise ValidationError({"payment_id": [ErrorDetail("Give either this or Razorpay's.", "ambiguous")]})
            return attrs
        missing = [name for name in triple if name not in attrs]
        if missing:
            raise ValidationError({name: [ErrorDetail("This field is required.", "required")] for name in missing})
        return attrs


class DepositAnswerSerializer(StrictSerializer):
    payment_intent = PaymentSerializer()
    booking = BookingDetailSerializer()


class FullPaymentSerializer(PaymentSerializer):
    """`amount` is what was due, `loyalty_discount` what points pay of it, `final_amount` what is charged.

    Where nothing is charged there is no payment: `id` is null and `payment_method` is `none`.
    """

    id = IdField(allow_null=True)
    loyalty_discount = TextField(help_text="As a decimal string.")
    final_amount = TextField(help_text="As a decimal string.")


class FullPaymentAnswerSerializer(StrictSerializer):
    payment = FullPaymentSerializer()
    loyalty_points_earned = serializers.IntegerField(
        help_text="What the price of the booking earns when it is completed, or has earned."
    )
    booking = BookingDetailSerializer()


class RefundAnswerSerializer(StrictSerializer):
    refunds = RefundSerializer(many=True)
    amount = TextField(help_text="All of them together, as a decimal string.")
    currency = CurrencyField()


class VerifiedSerializer(StrictSerializer):
    payment = PaymentSerializer()
    booking_id = IdField()
    booking_number = TextField()
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    booking_status = serializers.ChoiceField(choices=BookingStatus.choices)


def shown_full_payment(payment: Payment | None, booking: Booking) -> dict[str, Any]:
    """A payment with what points pay beside it; without one, what points alone have paid."""
    discount = Money(booking.points_minor, booking.currency)
    charged = Money.zero(booking.currency) if payment is None else payment.amount
    shown = _nothing_charged(booking) if payment is None else shown_payment(payment)
    return {
        **shown,
        "amount": str(charged + discount),
        "amount_minor": charged.minor + discount.minor,
        "loyalty_discount": str(discount),
        "final_amount": str(charged),
    }


def _nothing_charged(booking: Booking) -> dict[str, Any]:
    nothing = str(Money.zero(booking.currency))
    return {
        "id": None,
        "booking_id": booking.pk,
        "type": Purpose.FULL,
        "status": GatewayStatus.CAPTURED,
        "currency": booking.currency,
        "captured_amount": nothing,
        "refunded_amount": nothing,
        "payment_method": "none",
        "gateway_reference": None,
        "client": FreeForm({}),
        "failure_code": "",
        "failure_message": "",
        "created_at": clock.now(),
    }
