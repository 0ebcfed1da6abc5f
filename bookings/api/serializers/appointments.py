"""Bookings in the words of the appointments API: clients, professionals, appointments."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.api.fields import PasswordField, PhoneField
from accounts.models import KnownPerson
from bookings.api.serializers.booking import NamedSerializer, shown_named
from bookings.api.serializers.input import one_of, require_order
from bookings.enums import BookingStatus, Role
from bookings.models import Booking
from bookings.models.booking import LONGEST_NOTES, LONGEST_REASON
from catalog.enums import REASONS, Reason
from catalog.models import Specialist, TimeOff
from catalog.policies import SENTENCES
from catalog.selectors.availability import Checked
from common.api.fields import (
    BoundedIntegerField,
    DateField,
    FreeFormField,
    IdField,
    InstantField,
    MultilineTextField,
    PersonNameField,
    TextField,
    ZoneField,
)
from common.api.serializers import StrictSerializer
from common.timeranges import TimeRange

APPOINTMENT, UNAVAILABLE = "appointment", "unavailable"
KINDS = (APPOINTMENT, UNAVAILABLE)
# Telegram gives its people and groups numbers of 52 bits.
MOST_CHAT_ID = 2**52
LONGEST_USERNAME = 254
LONGEST_WHY = 200
BY: dict[str, str] = {Role.CUSTOMER: "client", Role.SPECIALIST: "professional"}
BY_WORDS = [BY.get(role, role) for role in Role.values]
# What is booked and by whom is nobody else's business, and neither is why somebody is away.
WORDS: dict[Reason, str] = {
    **SENTENCES,
    Reason.BOOKED: "Booked",
    Reason.BLOCKED: "Not available",
    Reason.DAY_FULL: "No more bookings are taken on this day.",
}


class ChatIdField(BoundedIntegerField):
    """What Telegram calls a chat with somebody. It is kept for this service and proves nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=MOST_CHAT_ID, **options)


class NewClientInput(StrictSerializer):
    """By chat_id or phone_number, one of which is needed, the client is found again."""

    first_name = PersonNameField()
    last_name = PersonNameField(required=False, allow_blank=True, default="")
    chat_id = ChatIdField(required=False, allow_null=True, default=None)
    phone_number = PhoneField(required=False, allow_null=True, default=None)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["chat_id"] is None and attrs["phone_number"] is None:
            raise ValidationError({"phone_number": [ErrorDetail("Give this or chat_id.", "required")]})
        return attrs


class ClientSerializer(StrictSerializer):
    id = IdField()
    first_name = TextField()
    last_name = TextField()
    chat_id = ChatIdField(allow_null=True)
    phone_number = TextField(allow_null=True)
    created_at = InstantField()


class SignInInput(StrictSerializer):
    username = TextField(max_length=LONGEST_USERNAME, help_text="The e-mail address of the professional's account.")
    password = PasswordField()
    chat_id = ChatIdField(required=False, allow_null=True, default=None)


class SignedInProfessionalSerializer(StrictSerializer):
    id = IdField()
    first_name = TextField()
    last_name = TextField()
    username = TextField()
    chat_id = ChatIdField(allow_null=True)


class ProfessionalSerializer(StrictSerializer):
    """`username` and `phone_number` are told of those only who signed in through the service."""

    id = IdField()
    first_name = TextField()
    last_name = TextField()
    business_name = TextField()
    timezone = TextField()
    username = TextField(allow_null=True)
    phone_number = TextField(allow_null=True)

    def to_representation(self, instance: Any) -> dict[str, Any]:
        phone = instance.user.phone_number
        return {
            "id": instance.pk,
            "first_name": instance.user.first_name,
            "last_name": instance.user.last_name,
            "business_name": instance.business_name,
            "timezone": instance.calendar.timezone,
            "username": instance.user.email if instance.is_known else None,
            "phone_number": str(phone) if instance.is_known and phone else None,
        }


class AppointmentsQuery(StrictSerializer):
    """Without a date what is still to come; with one all of that day, over or not."""

    status = serializers.ChoiceField(choices=BookingStatus.choices, required=False)
    date = DateField(required=False)
    timezone = ZoneField(
        required=False, help_text="Whose days are meant; the client's or the professional's own unless given."
    )


class AppointmentInput(StrictSerializer):
    """Without `service_id` it is the one service of the professional that lasts from start_time to end_time."""

    client_id = IdField()
    professional_id = IdField()
    start_time = InstantField()
    end_time = InstantField(required=False, allow_null=True, default=None)
    service_id = IdField(required=False, allow_null=True, default=None)
    description = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True, default="")
    answers = FreeFormField(required=False, help_text="The questions of the service, each with its answer.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["end_time"] is not None:
            require_order(attrs["start_time"], attrs["end_time"])
        elif attrs["service_id"] is None:
            raise ValidationError({"end_time": [ErrorDetail("Give this or service_id.", "required")]})
        return attrs


class AppointmentCancelInput(StrictSerializer):
    cancellation_reason = TextField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True)


class AppointmentConfirmInput(StrictSerializer):
    """Nothing is asked for."""


class AppointmentSerializer(StrictSerializer):
    """A booking of the kind appointment."""

    id = IdField()
    number = TextField()
    type = serializers.ChoiceField(choices=[APPOINTMENT])
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    client_id = IdField()
    client_name = TextField()
    professional_id = IdField()
    professional_name = TextField()
    service = NamedSerializer(allow_null=True)
    start_time = InstantField()
    end_time = InstantField()
    timezone = TextField()
    description = TextField()
    cancellation_reason = TextField()
    cancelled_by = serializers.ChoiceField(choices=BY_WORDS, allow_null=True)
    expires_at = InstantField(allow_null=True, help_text="Until when the deposit is waited for.")
    created_at = InstantField()
    updated_at = InstantField()

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        return shown_appointment(instance)


class UnavailableInput(StrictSerializer):
    start_at = InstantField(required=False)
    end_at = InstantField(required=False)
    start_time = InstantField(required=False, help_text="Another word for start_at.")
    end_time = InstantField(required=False, help_text="Another word for end_at.")
    description = TextField(max_length=LONGEST_WHY, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = one_of(attrs, ("start_at", "start_time")), one_of(attrs, ("end_at", "end_time"))
        for name, value in (("start_at", start), ("end_at", end)):
            if value is None:
                raise ValidationError({name: [ErrorDetail("This field is required.", "required")]})
        if end <= start:
            raise ValidationError({"end_at": [ErrorDetail("This must be after start_at.", "range")]})
        return {"time": TimeRange(start, end), "description": attrs["description"]}


class UnavailableSerializer(StrictSerializer):
    """A professional's time off."""

    id = IdField()
    type = serializers.ChoiceField(choices=[UNAVAILABLE])
    start_time = InstantField()
    end_time = InstantField()
    description = TextField()


class DayQuery(StrictSerializer):
    date = DateField(help_text="A day by the professional's own clock.")


class ProfessionalHourSerializer(StrictSerializer):
    start_time = InstantField()
    end_time = InstantField()
    available = serializers.BooleanField()
    type = serializers.ChoiceField(choices=KINDS, required=False, help_text="What is in the way.")
    reason = TextField(required=False)
    code = serializers.ChoiceField(choices=REASONS, required=False)


class ProfessionalHoursSerializer(StrictSerializer):
    date = DateField()
    professional_id = IdField()
    timezone = TextField()
    slots = ProfessionalHourSerializer(many=True)


def shown_client(known: KnownPerson) -> dict[str, Any]:
    return {
        "id": known.user_id,
        "first_name": known.user.first_name,
        "last_name": known.user.last_name,
        "chat_id": known.chat_id,
        "phone_number": known.phone_number,
        "created_at": known.created_at,
    }


def shown_sign_in(professional: Specialist, known: KnownPerson) -> dict[str, Any]:
    return {
        "id": professional.pk,
        "first_name": professional.user.first_name,
        "last_name": professional.user.last_name,
        "username": professional.user.email,
        "chat_id": known.chat_id,
    }


def shown_appointment(booking: Booking) -> dict[str, Any]:
    """As `AppointmentSerializer` says; customer, specialist with user, and service have been loaded along."""
    professional = booking.specialist
    if professional is None:
        raise TypeError("an appointment is with somebody")
    return {
        "id": booking.pk,
        "number": booking.number,
        "type": APPOINTMENT,
        "status": booking.status,
        "client_id": booking.customer_id,
        "client_name": booking.customer.get_full_name(),
        "professional_id": professional.pk,
        "professional_name": professional.user.get_full_name() or professional.business_name,
        "service": shown_named(booking.service),
        "start_time": booking.starts_at,
        "end_time": booking.ends_at,
        "timezone": booking.timezone,
        "description": booking.description,
        "cancellation_reason": booking.cancellation_reason,
        "cancelled_by": BY.get(booking.cancelled_by, booking.cancelled_by) or None,
        "expires_at": booking.waits_until,
        "created_at": booking.created_at,
        "updated_at": booking.updated_at,
    }


def shown_unavailable(off: TimeOff) -> dict[str, Any]:
    return {
        "id": off.pk,
        "type": UNAVAILABLE,
        "start_time": off.time.start,
        "end_time": off.time.end,
        "description": off.reason,
    }


def shown_hour(cell: Checked) -> dict[str, Any]:
    shown = {"start_time": cell.time.start, "end_time": cell.time.end, "available": cell.reason is None}
    if cell.reason is None:
        return shown
    kind = APPOINTMENT if cell.reason is Reason.BOOKED else UNAVAILABLE
    return {**shown, "type": kind, "reason": WORDS[cell.reason], "code": cell.reason.value}
