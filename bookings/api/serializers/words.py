"""Other words for what a booking says, which clients of other booking APIs look for. Nothing here is decided anew."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.avatar_files import avatar_url
from bookings.enums import PaymentStatus
from bookings.models import Booking
from catalog.models import Service, Specialist
from common.api.fields import BoundedIntegerField, DateField, IdField, InstantField, TextField, TimeOfDayField
from common.api.serializers import StrictSerializer

# Who was given a part back has paid their deposit all the same.
WITH_DEPOSIT = frozenset({PaymentStatus.DEPOSIT_PAID, PaymentStatus.PAID, PaymentStatus.PARTIALLY_REFUNDED})


class BookingServiceSerializer(StrictSerializer):
    id = IdField()
    name = TextField()
    duration = BoundedIntegerField(help_text="Minutes, as the service is offered now.")


class BookingSpecialistSerializer(StrictSerializer):
    id = IdField()
    name = TextField()
    business_name = TextField()
    first_name = TextField()
    last_name = TextField()
    avatar = TextField(allow_null=True, help_text="Where the picture is.")


class BookingWordsSerializer(StrictSerializer):
    """A word more for each of some of a booking's facts."""

    booking_number = TextField(help_text="As `number`.")
    service_id = IdField(allow_null=True)
    specialist_id = IdField(allow_null=True)
    resource_id = IdField(allow_null=True)
    customer_id = IdField()
    created_by = IdField(help_text="As `customer_id`, also where staff booked.")
    scheduled_at = InstantField(help_text="As `start_time`.")
    booking_date = DateField(help_text="Of the start, as a clock in `timezone` shows it.")
    booking_time = TimeOfDayField(help_text="Of the start, as a clock in `timezone` shows it.")
    duration = BoundedIntegerField(help_text="As `duration_minutes`.")
    total_amount = TextField(help_text="As `pricing.total`.")
    grand_total = TextField(help_text="As `pricing.total`.")
    deposit_amount = TextField(help_text="As `pricing.deposit`.")
    deposit_paid = serializers.BooleanField(help_text="Whether there is a deposit and it is paid, alone or with all.")


def shown_words(booking: Booking, pricing: Mapping[str, str], minutes: int) -> dict[str, Any]:
    """As `BookingWordsSerializer` says, of a booking whose pricing and length have been worked out already."""
    local = booking.starts_at.astimezone(booking.zone)
    return {
        "booking_number": booking.number,
        "service_id": booking.service_id,
        "specialist_id": booking.specialist_id,
        "resource_id": booking.resource_id,
        "customer_id": booking.customer_id,
        "created_by": booking.customer_id,
        "scheduled_at": booking.starts_at,
        "booking_date": local.date(),
        "booking_time": f"{local:%H:%M}",
        "duration": minutes,
        "total_amount": pricing["total"],
        "grand_total": pricing["total"],
        "deposit_amount": pricing["deposit"],
        "deposit_paid": booking.deposit_minor > 0 and booking.payment_status in WITH_DEPOSIT,
    }


def shown_service(service: Service | None) -> dict[str, Any] | None:
    return None if service is None else {"id": service.pk, "name": str(service), "duration": service.duration_minutes}


def shown_specialist(specialist: Specialist | None) -> dict[str, Any] | None:
    """Its user has been loaded along."""
    if specialist is None:
        return None
    user = specialist.user
    return {
        "id": specialist.pk,
        "name": str(specialist),
        "business_name": specialist.business_name,
        "first_name": user.first_name,
        "last_name": user.last_name,
        "avatar": avatar_url(user.avatar),
    }
