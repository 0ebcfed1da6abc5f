"""A booking as it is shown to those who may see it; one shape for lists, answers and details."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from rest_framework import serializers

from bookings.api.serializers.words import (
    BookingServiceSerializer,
    BookingSpecialistSerializer,
    BookingWordsSerializer,
    shown_service,
    shown_specialist,
    shown_words,
)
from bookings.cancellation import Policy
from bookings.enums import Action, BookingKind, BookingStatus, PaymentMethod, PaymentStatus, Role
from bookings.models import Booking, BookingLine, TimelineEntry
from bookings.rules import role_of
from bookings.selectors.permitted import cancellation_of, permitted_actions
from common import clock
from common.api.fields import BoundedIntegerField, FreeFormField, IdField, InstantField, TextField
from common.api.serializers import StrictSerializer
from common.casing import FreeForm
from common.money import Money

ACTIONS = [(each.value, each.name) for each in Action]
STAMPS = ("confirmed_at", "started_at", "completed_at", "created_at", "updated_at")
AMOUNTS = ("subtotal", "savings", "discount", "tax", "total", "points", "credit", "deposit", "cancellation_fee")
NAMED = frozenset({Role.CUSTOMER, Role.SPECIALIST})
TEXTS = ("title", "description", "notes", "meeting_link", "preparation_notes", "completion_notes")


class NamedSerializer(StrictSerializer):
    """Somebody or something that a booking is with."""

    id = IdField()
    name = TextField()


class BookingPricingSerializer(StrictSerializer):
    """As it was agreed when it was booked."""

    currency = TextField()
    subtotal = TextField(help_text="The sum of the prices.")
    savings = TextField(help_text="What the market would have asked more.")
    discount = TextField()
    tax = TextField()
    total = TextField()
    points = TextField(help_text="What of the total points pay.")
    credit = TextField(help_text="What of the total credit pays.")
    deposit = TextField()
    cancellation_fee = TextField()


class CancellationSerializer(StrictSerializer):
    by = serializers.ChoiceField(choices=Role.choices)
    reason = TextField()
    at = InstantField()


class BookingSerializer(BookingWordsSerializer):
    """Built by hand: fields would cost several times what the booking's own look-up does."""

    id = IdField()
    number = TextField()
    kind = serializers.ChoiceField(choices=BookingKind.choices)
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    payment_status = serializers.ChoiceField(choices=PaymentStatus.choices)
    payment_method = serializers.ChoiceField(choices=PaymentMethod.choices, allow_null=True)
    service = BookingServiceSerializer(allow_null=True)
    specialist = BookingSpecialistSerializer(allow_null=True)
    resource = NamedSerializer(allow_null=True)
    customer = NamedSerializer()
    start_time = InstantField()
    end_time = InstantField()
    timezone = TextField()
    duration_minutes = BoundedIntegerField()
    title = TextField()
    description = TextField()
    notes = TextField()
    attendees = serializers.ListField(child=TextField())
    metadata = FreeFormField()
    answers = FreeFormField(help_text="The questions of the service, each with its answer.")
    address = serializers.DictField(allow_null=True)
    meeting_link = TextField()
    preparation_notes = TextField()
    completion_notes = TextField()
    deliverables = serializers.ListField(child=TextField())
    pricing = BookingPricingSerializer()
    series_id = IdField(allow_null=True)
    recurrence_id = InstantField(allow_null=True)
    is_recurring = serializers.BooleanField()
    recurrence_rule = TextField(allow_null=True)
    is_modified = serializers.BooleanField()
    cancellation = CancellationSerializer(allow_null=True)
    expires_at = InstantField(allow_null=True)
    confirmed_at = InstantField(allow_null=True)
    started_at = InstantField(allow_null=True)
    completed_at = InstantField(allow_null=True)
    created_at = InstantField()
    updated_at = InstantField()

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        return shown_booking(instance)


class StepSerializer(StrictSerializer):
    """One row of a booking's history."""

    step = BoundedIntegerField()
    action = serializers.ChoiceField(choices=ACTIONS)
    from_status = serializers.ChoiceField(choices=BookingStatus.choices, allow_null=True)
    to_status = serializers.ChoiceField(choices=BookingStatus.choices)
    by = serializers.ChoiceField(choices=Role.choices)
    name = TextField(allow_null=True, help_text="The customer or the specialist; the platform's people have no name.")
    reason = TextField()
    details = FreeFormField(
        help_text="What it changed or was decided by: the times of a move, the policy of a cancellation."
    )
    at = InstantField()


class BookedLineSerializer(StrictSerializer):
    """A service of the booking, as it was when it was booked."""

    id = IdField()
    name = TextField()
    quantity = BoundedIntegerField()
    duration_minutes = BoundedIntegerField(help_text="Of one.")
    unit_price = TextField()
    total = TextField()


class ContactSerializer(StrictSerializer):
    """Whom to ask for, as it was told at the checkout; what was not told is missing."""

    name = TextField(required=False)
    phone = TextField(required=False)
    email = TextField(required=False)


class OwnBookingSerializer(BookingSerializer):
    """With what the one who asks may do to it now. Whoever is only invited is told neither address nor contact."""

    services = BookedLineSerializer(many=True, help_text="In their order. Empty for a resource.")
    contact = ContactSerializer(allow_null=True)
    can_cancel = serializers.BooleanField()
    cancellation_deadline = InstantField(help_text="Until then it is free to cancel.")
    cancellation_fee_now = TextField(allow_null=True, help_text="What cancelling would cost now; null if one cannot.")
    allowed_actions = serializers.ListField(child=serializers.ChoiceField(choices=ACTIONS))

    def to_representation(self, instance: Booking) -> dict[str, Any]:
        return shown_to(instance, self.context["request"].user)


class BookingDetailSerializer(OwnBookingSerializer):
    """With its history."""

    timeline = StepSerializer(many=True)


class BookedSerializer(StrictSerializer):
    booking = OwnBookingSerializer()


class BookingAnswerSerializer(StrictSerializer):
    """What acting on a booking answers."""

    booking = BookingDetailSerializer()


def shown_booking(booking: Booking) -> dict[str, Any]:
    """The booking as `BookingSerializer` says; whatever it is with has been loaded along."""
    pricing = _pricing(booking)
    minutes = int(booking.time.duration.total_seconds()) // 60
    return {
        "id": booking.pk,
        "number": booking.number,
        "kind": booking.kind,
        "status": booking.status,
        "payment_status": booking.payment_status,
        "payment_method": booking.payment_method or None,
        "service": shown_service(booking.service),
        "specialist": shown_specialist(booking.specialist),
        "resource": shown_named(booking.resource),
        "customer": {"id": booking.customer_id, "name": booking.customer.get_full_name()},
        "start_time": booking.starts_at,
        "end_time": booking.ends_at,
        "timezone": booking.timezone,
        "duration_minutes": minutes,
        **{name: getattr(booking, name) for name in TEXTS},
        "attendees": booking.attendees,
        "metadata": FreeForm(booking.metadata),
        "answers": FreeForm(booking.answers),
        "address": booking.address,
        "deliverables": booking.deliverables,
        "pricing": pricing,
        "series_id": booking.series_id,
        "recurrence_id": booking.recurrence_id,
        "is_recurring": booking.series_id is not None,
        "recurrence_rule": booking.series.rule if booking.series is not None else None,
        "is_modified": booking.is_modified,
        "cancellation": _cancellation(booking),
        "expires_at": booking.waits_until,
        **{name: getattr(booking, name) for name in STAMPS},
        **shown_words(booking, pricing, minutes),
    }


def shown_to(booking: Booking, user: Any) -> dict[str, Any]:
    """The booking, and what this user may do to it now."""
    now = clock.now()
    role = role_of(user, booking)
    actions = permitted_actions(booking, role, now)
    can_cancel = Action.CANCEL in actions
    fee = cancellation_of(booking, role, now).fee if can_cancel and role is not None else None
    return {
        **shown_booking(booking),
        "services": [_line(line, booking.currency) for line in booking.lines.all()],
        "address": booking.address if role is not None else None,
        "contact": booking.contact if role is not None else None,
        "can_cancel": can_cancel,
        "cancellation_deadline": _deadline(booking),
        "cancellation_fee_now": None if fee is None else str(fee),
        "allowed_actions": actions,
    }


def shown_detail(booking: Booking, steps: Iterable[TimelineEntry], user: Any) -> dict[str, Any]:
    return {**shown_to(booking, user), "timeline": [_step(step) for step in steps]}


def _deadline(booking: Booking) -> datetime:
    return Policy.from_json(booking.policy).deadline(booking.starts_at, booking.zone)


def shown_named(thing: Any) -> dict[str, Any] | None:
    return None if thing is None else {"id": thing.pk, "name": str(thing)}


def _line(line: BookingLine, currency: str) -> dict[str, Any]:
    return {
        "id": line.service_id,
        "name": line.name,
        "quantity": line.quantity,
        "duration_minutes": line.duration_minutes,
        "unit_price": str(Money(line.unit_price_minor, currency)),
        "total": str(Money(line.total_minor, currency)),
    }


def _pricing(booking: Booking) -> dict[str, str]:
    amounts = {name: str(Money(getattr(booking, f"{name}_minor"), booking.currency)) for name in AMOUNTS}
    return {"currency": booking.currency, **amounts}


def _cancellation(booking: Booking) -> dict[str, Any] | None:
    if booking.status != BookingStatus.CANCELLED:
        return None
    return {"by": booking.cancelled_by, "reason": booking.cancellation_reason, "at": booking.cancelled_at}


def _step(step: TimelineEntry) -> dict[str, Any]:
    return {
        "step": step.step,
        "action": step.action,
        "from_status": step.from_status,
        "to_status": step.to_status,
        "by": step.role,
        "name": step.actor.get_full_name() if step.actor is not None and step.role in NAMED else None,
        "reason": step.reason,
        "details": FreeForm(step.data),
        "at": step.created_at,
    }
