"""What is sent to prepare and to confirm a checkout, and what is answered."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.api.fields import EmailAddressField, PhoneField
from accounts.api.serializers import AddressSerializer
from bookings.api.serializers.booking import OwnBookingSerializer
from bookings.api.serializers.input import ExpectedAmountField
from bookings.enums import BookingKind, PaymentMethod
from bookings.models import Booking
from bookings.models.booking import LONGEST_NOTES
from bookings.quote import QuotedLine
from bookings.services.preparing import Prepared
from bookings.services.times import When
from common.api.fields import (
    BoundedIntegerField,
    CurrencyField,
    DateField,
    FreeFormField,
    IdField,
    InstantField,
    MultilineTextField,
    PersonNameField,
    TextField,
    TimeOfDayField,
)
from common.api.serializers import StrictSerializer, represented
from common.casing import FreeForm
from common.platform import platform_settings
from loyalty.promo import LONGEST_TYPED
from payments.models import Payment

MOST_ITEMS = 20
MOST_OF_ONE = 20
MOST_POINTS = 1_000_000_000
APPLIED = "Promo code applied successfully"


@extend_schema_field({"oneOf": [{"type": "boolean"}, {"type": "integer", "minimum": 0}], "example": True})
class PointsField(serializers.Field[Any, Any, Any, Any]):
    """True for as many as can be used, false for none, or how many."""

    def to_internal_value(self, data: Any) -> int | bool:
        if isinstance(data, bool):
            return data
        number: int = BoundedIntegerField(min_value=0, max_value=MOST_POINTS).run_validation(data)
        return number

    def to_representation(self, value: int | bool) -> int | bool:
        return value


class ItemInput(StrictSerializer):
    service_id = IdField()
    quantity = BoundedIntegerField(min_value=1, max_value=MOST_OF_ONE, required=False, default=1)


class WhenInput(StrictSerializer):
    """A day and a time by clocks where it takes place, or an instant, as for an hour that clocks show twice."""

    booking_date = DateField(required=False)
    booking_time = TimeOfDayField(required=False, help_text="10:00, 10:00:00 or 10:00 AM.")
    start_time = InstantField(required=False, help_text="In place of booking_date and booking_time.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "booking_time" in attrs and "booking_date" not in attrs:
            raise ValidationError({"booking_date": [ErrorDetail("This field is required.", "required")]})
        if "booking_time" in attrs and "start_time" in attrs:
            raise ValidationError({"start_time": [ErrorDetail("Give booking_time or this, not both.", "ambiguous")]})
        return attrs


class PrepareInput(WhenInput):
    """Either `items` or `service_ids`, in which a service that is named twice is wanted twice."""

    items = ItemInput(many=True, required=False)
    service_ids = serializers.ListField(child=IdField(), max_length=MOST_ITEMS * MOST_OF_ONE, required=False)
    promo_code = TextField(max_length=LONGEST_TYPED, required=False, allow_blank=True, default="")
    address_id = IdField(required=False)
    use_points = PointsField(required=False, default=False)
    use_credit = serializers.BooleanField(required=False, default=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "items" in attrs and "service_ids" in attrs:
            raise ValidationError({"service_ids": [ErrorDetail("Give items or this, not both.", "ambiguous")]})
        wanted: dict[Any, int] = {}
        named = [(each, 1) for each in attrs.get("service_ids", ())]
        for pk, quantity in named or [(each["service_id"], each["quantity"]) for each in attrs.get("items", ())]:
            wanted[pk] = wanted.get(pk, 0) + quantity
        if not wanted:
            raise ValidationError({"items": [ErrorDetail("Name at least one service.", "required")]})
        if len(wanted) > MOST_ITEMS:
            raise ValidationError({"items": [ErrorDetail(f"At most {MOST_ITEMS} services.", "max_length")]})
        if max(wanted.values()) > MOST_OF_ONE:
            raise ValidationError({"items": [ErrorDetail(f"At most {MOST_OF_ONE} of one service.", "max_value")]})
        return {**attrs, "items": wanted}


class ConfirmCheckoutInput(WhenInput):
    """Prices are the preview's. `amount` may be sent, and is refused where it differs."""

    preview_id = IdField()
    payment_method = serializers.ChoiceField(choices=PaymentMethod.choices)
    address_id = IdField(required=False, help_text="The preview's, unless told. A visit needs one.")
    customer_name = PersonNameField(required=False)
    customer_phone = PhoneField(required=False)
    customer_email = EmailAddressField(required=False)
    cancellation_policy_accepted = serializers.BooleanField()
    notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, default="", allow_blank=True)
    answers = FreeFormField(required=False, help_text="The questions of the services, each with its answer.")
    gateway = TextField(max_length=20, required=False, help_text="Who takes the money, where there is a choice.")
    amount = ExpectedAmountField(required=False, help_text="The total that is expected.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if "booking_date" in attrs and "booking_time" not in attrs:
            raise ValidationError({"booking_time": [ErrorDetail("This field is required.", "required")]})
        if "gateway" in attrs and attrs["payment_method"] != PaymentMethod.ONLINE:
            raise ValidationError({"gateway": [ErrorDetail("Only what is paid online has this.", "unknown_field")]})
        return attrs


class QuotedServiceSerializer(StrictSerializer):
    id = IdField()
    name = TextField()
    quantity = BoundedIntegerField()
    unit_price = TextField()
    market_price = TextField(allow_null=True)
    duration_minutes = BoundedIntegerField(help_text="Of one.")


class CheckoutPricingSerializer(StrictSerializer):
    """Decimal strings. Points and credit pay parts of the total; what is due is paid by money."""

    currency = CurrencyField()
    subtotal = TextField()
    savings = TextField(help_text="What the market would have asked more.")
    discount = TextField()
    tax = TextField()
    grand_total = TextField()
    points = TextField(help_text="What the points are worth that pay.")
    credit = TextField()
    amount_due = TextField()


class QuotedPromoSerializer(StrictSerializer):
    code = TextField()
    discount = TextField()
    valid = serializers.BooleanField(help_text="True: a code that is not is refused.")
    message = TextField()


class CheckoutPreviewSerializer(StrictSerializer):
    preview_id = IdField()
    expires_at = InstantField(help_text="Until then these prices are promised, and a held time is kept.")
    kind = serializers.ChoiceField(choices=BookingKind.choices)
    services = QuotedServiceSerializer(many=True)
    duration_minutes = BoundedIntegerField()
    pricing = CheckoutPricingSerializer()
    points_used = BoundedIntegerField()
    promo = QuotedPromoSerializer(allow_null=True)
    timezone = TextField(help_text="Whose clock booking_date and booking_time are read by.")
    available_time_slots = serializers.ListField(
        child=TextField(), help_text="Starts on booking_date, such as 08:30 AM. Empty without one."
    )
    start_time = InstantField(allow_null=True)
    end_time = InstantField(allow_null=True)
    is_held = serializers.BooleanField(help_text="Whether that time is kept from everybody else.")
    address = AddressSerializer(allow_null=True)


class PrefillSerializer(StrictSerializer):
    contact = TextField()
    email = TextField()
    name = TextField()


class OrderNotesSerializer(StrictSerializer):
    booking_id = IdField()
    booking_number = TextField()


class CheckoutPaymentSerializer(StrictSerializer):
    """What a gateway's code in the browser is opened with."""

    id = IdField()
    order_id = TextField(allow_null=True, help_text="What the gateway calls the order.")
    gateway = TextField()
    status = TextField()
    amount = serializers.IntegerField(help_text="In the currency's smallest unit, such as paise.")
    currency = CurrencyField()
    key = TextField(help_text="The gateway's public key; empty where it has none.")
    name = TextField()
    description = TextField()
    prefill = PrefillSerializer()
    notes = OrderNotesSerializer()
    client = FreeFormField(help_text="Whatever else that code needs.")


class CheckoutAnswerSerializer(StrictSerializer):
    booking = OwnBookingSerializer()
    payment = CheckoutPaymentSerializer(required=False, help_text="Where something is to be paid online.")
    message = TextField(required=False)


def when_of(asked: Mapping[str, Any]) -> When:
    return When(asked.get("start_time"), asked.get("booking_date"), asked.get("booking_time"))


def contact_of(asked: Mapping[str, Any]) -> dict[str, str]:
    return {name: asked.get(f"customer_{name}", "") for name in ("name", "phone", "email")}


def shown_preview(prepared: Prepared) -> dict[str, Any]:
    preview, quote, zone = prepared.preview, prepared.preview.quoted, prepared.basket.zone
    promo = quote.promo
    return {
        "preview_id": preview.pk,
        "expires_at": preview.expires_at,
        "kind": prepared.basket.kind,
        "services": [_line(line) for line in quote.lines],
        "duration_minutes": int(quote.duration.total_seconds()) // 60,
        "pricing": quote.amounts(),
        "points_used": quote.means.points,
        "promo": promo and {"code": promo.code, "discount": str(promo.discount), "valid": True, "message": APPLIED},
        "timezone": zone.key,
        "available_time_slots": [f"{start.astimezone(zone):%I:%M %p}" for start in prepared.starts],
        "start_time": preview.starts_at,
        "end_time": preview.ends_at,
        "is_held": preview.is_holding,
        "address": prepared.address and represented(AddressSerializer, prepared.address),
    }


def shown_order(payment: Payment, booking: Booking) -> dict[str, Any]:
    client = payment.client
    contact, customer = booking.contact or {}, booking.customer
    return {
        "id": payment.pk,
        "order_id": payment.gateway_ref,
        "gateway": payment.gateway,
        "status": payment.status,
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "key": client.get("key_id") or client.get("publishable_key") or "",
        "name": platform_settings().business_name,
        "description": f"Booking {booking.number}",
        "prefill": {
            "contact": contact.get("phone") or str(customer.phone_number or ""),
            "email": contact.get("email") or customer.email or "",
            "name": contact.get("name") or customer.get_full_name(),
        },
        "notes": FreeForm({"booking_id": str(booking.pk), "booking_number": booking.number}),
        "client": FreeForm(client),
    }


def _line(line: QuotedLine) -> dict[str, Any]:
    return {
        "id": line.service_id,
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": str(line.price),
        "market_price": None if line.market_price is None else str(line.market_price),
        "duration_minutes": line.minutes,
    }
