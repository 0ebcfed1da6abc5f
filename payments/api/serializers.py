"""Payments as their payers see them."""

from typing import Any

from rest_framework import serializers

from common.api.fields import CurrencyField, DateField, FreeFormField, IdField, InstantField, TextField
from common.api.serializers import StrictSerializer
from common.casing import FreeForm
from common.money import Money
from payments.enums import Destination, PaymentStatus, Purpose, RefundStatus
from payments.models import Payment, Refund


class RefundSerializer(StrictSerializer):
    id = IdField()
    payment_id = IdField()
    amount = TextField(help_text="As a decimal string.")
    currency = CurrencyField()
    status = serializers.ChoiceField(choices=RefundStatus.choices)
    destination = serializers.ChoiceField(choices=Destination.choices, help_text="Back to the card, or into credit.")
    reason = TextField()
    created_at = InstantField()

    def to_representation(self, instance: Refund) -> dict[str, Any]:
        return shown_refund(instance)


class SavedCardSerializer(StrictSerializer):
    id = IdField()
    gateway = TextField(help_text="Who keeps it.")
    brand = TextField()
    last4 = TextField(help_text="Its last digits.")
    expires_on = DateField(allow_null=True)
    created_at = InstantField()


class PaymentSerializer(StrictSerializer):
    """`client` is what the gateway's code in the browser needs; amounts there are counted as the gateway does."""

    id = IdField()
    booking_id = IdField(allow_null=True)
    type = serializers.ChoiceField(choices=Purpose.choices)
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    amount = TextField(help_text="As a decimal string.")
    amount_minor = serializers.IntegerField(help_text="In the currency's smallest unit.")
    currency = CurrencyField()
    captured_amount = TextField(help_text="What was taken.")
    refunded_amount = TextField(help_text="What went back.")
    payment_method = TextField(help_text="The gateway that takes it.")
    gateway_reference = TextField(allow_null=True, help_text="What the gateway calls the order.")
    client = FreeFormField()
    failure_code = TextField()
    failure_message = TextField()
    created_at = InstantField()

    def to_representation(self, instance: Payment) -> dict[str, Any]:
        return shown_payment(instance)


class PaymentWithRefundsSerializer(PaymentSerializer):
    refunds = RefundSerializer(many=True)

    def to_representation(self, instance: Payment) -> dict[str, Any]:
        refunds = []
        for refund in instance.refunds.all():
            # Its currency is the payment's, which need not be read again.
            refund.payment = instance
            refunds.append(shown_refund(refund))
        return {**shown_payment(instance), "refunds": refunds}


class PaymentStateSerializer(StrictSerializer):
    payment_id = IdField()
    status = serializers.ChoiceField(choices=PaymentStatus.choices)
    amount = TextField(help_text="As a decimal string.")
    currency = CurrencyField()
    payment_method = TextField()
    razorpay_payment_id = TextField(allow_null=True, help_text="The charge, where Razorpay took it.")
    failure_message = TextField()
    created_at = InstantField()

    def to_representation(self, instance: Payment) -> dict[str, Any]:
        is_razorpay = instance.gateway == "razorpay" and instance.gateway_charge_ref
        return {
            "payment_id": instance.pk,
            "status": instance.status,
            "amount": str(instance.amount),
            "currency": instance.currency,
            "payment_method": instance.gateway,
            "razorpay_payment_id": instance.gateway_charge_ref if is_razorpay else None,
            "failure_message": instance.failure_message,
            "created_at": instance.created_at,
        }


def shown_payment(payment: Payment) -> dict[str, Any]:
    return {
        "id": payment.pk,
        "booking_id": payment.payable_id if payment.payable_type == "booking" else None,
        "type": payment.purpose,
        "status": payment.status,
        "amount": str(payment.amount),
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "captured_amount": str(payment.captured),
        "refunded_amount": str(Money(payment.refunded_minor, payment.currency)),
        "payment_method": payment.gateway,
        "gateway_reference": payment.gateway_ref,
        "client": FreeForm(payment.client),
        "failure_code": payment.failure_code,
        "failure_message": payment.failure_message,
        "created_at": payment.created_at,
    }


def shown_refund(refund: Refund) -> dict[str, Any]:
    return {
        "id": refund.pk,
        "payment_id": refund.payment_id,
        "amount": str(refund.amount),
        "currency": refund.payment.currency,
        "status": refund.status,
        "destination": refund.destination,
        "reason": refund.reason,
        "created_at": refund.created_at,
    }
