"""What is sent to book, to change and to move. The seeds' words for one thing are read, and must not contradict."""

from collections.abc import Mapping
from typing import Any

from django.core.validators import URLValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from bookings.enums import PaymentMethod
from bookings.models.booking import LONGEST_LINK, LONGEST_NOTES, LONGEST_REASON, LONGEST_TITLE, MOST_ATTENDEES
from catalog.models.service import LONGEST_LINE, MOST_LINES
from common.api.fields import (
    BoundedIntegerField,
    DateField,
    FreeFormField,
    IdField,
    InstantField,
    MultilineTextField,
    TextField,
    TimeOfDayField,
    ZoneField,
)
from common.api.fields.money import LONGEST_AMOUNT
from common.api.serializers import StrictSerializer

LONGEST_MINUTES = 31 * 24 * 60


class AttendeesField(serializers.ListField):
    """Ids of users, or e-mail addresses of whom else is invited."""

    child = TextField(max_length=254)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_ATTENDEES, **options)


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "example": "1770.00"})
class ExpectedAmountField(TextField):
    """An amount as text, or as a JSON number that is written plainly. It is read in the service's currency later."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_AMOUNT, **options)

    def to_internal_value(self, data: Any) -> str:
        is_number = isinstance(data, int | float) and not isinstance(data, bool)
        text = super().to_internal_value(str(data) if is_number else data)
        if text.startswith("-"):
            self.fail("invalid")
        return text


class StartInput(StrictSerializer):
    """One start, by an instant or by what a clock in the calendar's zone shows on a day."""

    start_time = InstantField(required=False)
    booking_date = DateField(required=False, help_text="With booking_time, in the calendar's time zone.")
    booking_time = TimeOfDayField(required=False)

    instants: tuple[str, ...] = ("start_time",)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start = one_of(attrs, self.instants)
        day, time = attrs.get("booking_date"), attrs.get("booking_time")
        if (day is None) != (time is None):
            missing = "booking_time" if time is None else "booking_date"
            raise ValidationError({missing: [ErrorDetail("This field is required.", "required")]})
        if start is not None and day is not None:
            raise ValidationError({"booking_date": [ErrorDetail("Give start_time or this, not both.", "ambiguous")]})
        return {**attrs, "start_time": start}


class BookingInput(StartInput):
    """An appointment names a service, a reservation a resource.

    `specialist_id`, `duration`, `amount` and `created_by` may be sent; they are compared with what is known here.
    """

    service_id = IdField(required=False)
    specialist_id = IdField(required=False)
    resource_id = IdField(required=False)
    scheduled_at = InstantField(required=False, help_text="Another word for start_time.")
    end_time = InstantField(required=False, help_text="Of a reservation. An appointment is as long as its service.")
    duration = BoundedIntegerField(min_value=1, max_value=LONGEST_MINUTES, required=False, help_text="Minutes.")
    amount = ExpectedAmountField(required=False, help_text="The total that is expected.")
    title = TextField(max_length=LONGEST_TITLE, required=False, allow_blank=True)
    description = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    attendees = AttendeesField(required=False)
    metadata = FreeFormField(required=False)
    answers = FreeFormField(required=False, help_text="The questions of the service, each with its answer.")
    payment_method = serializers.ChoiceField(choices=PaymentMethod.choices, required=False)
    payment_method_id = TextField(
        max_length=255, required=False, help_text="What a gateway calls a means of payment; paying asks for it again."
    )
    created_by = TextField(max_length=100, required=False)

    instants = ("start_time", "scheduled_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        named = [name for name in ("service_id", "resource_id") if name in attrs]
        if not named:
            raise ValidationError({"service_id": [ErrorDetail("Name a service or a resource.", "required")]})
        if len(named) > 1:
            raise ValidationError({"resource_id": [ErrorDetail("Name either a service or a resource.", "ambiguous")]})
        if attrs["start_time"] is None and "booking_date" not in attrs:
            raise ValidationError({"start_time": [ErrorDetail("This field is required.", "required")]})
        return self._reservation(attrs) if "resource_id" in attrs else attrs

    def _reservation(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("title"):
            raise ValidationError({"title": [ErrorDetail("This field is required.", "required")]})
        for name in ("answers", "specialist_id", "payment_method"):
            if name in attrs:
                raise ValidationError({name: [ErrorDetail("Only an appointment has this.", "unknown_field")]})
        if "end_time" not in attrs:
            raise ValidationError({"end_time": [ErrorDetail("This field is required.", "required")]})
        require_order(attrs["start_time"], attrs["end_time"])
        return attrs


class ChangeInput(StartInput):
    """What is not given stays as it is, with PUT as with PATCH.

    What a booking is with was decided when it was made; the same ids may be sent again.
    """

    service_id = IdField(required=False)
    specialist_id = IdField(required=False)
    resource_id = IdField(required=False)
    created_by = TextField(max_length=100, required=False)
    scheduled_at = InstantField(required=False, help_text="Another word for start_time.")
    end_time = InstantField(required=False)
    duration = BoundedIntegerField(min_value=1, max_value=LONGEST_MINUTES, required=False, help_text="Minutes.")
    title = TextField(max_length=LONGEST_TITLE, required=False, allow_blank=True)
    description = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    attendees = AttendeesField(required=False)
    metadata = FreeFormField(required=False)
    meeting_link = TextField(
        max_length=LONGEST_LINK, required=False, allow_blank=True, validators=[URLValidator(schemes=["https"])]
    )
    preparation_notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    reason = TextField(max_length=LONGEST_REASON, required=False, allow_blank=True)

    instants = ("start_time", "scheduled_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs["start_time"] is not None and "end_time" in attrs:
            require_order(attrs["start_time"], attrs["end_time"])
        return attrs


class RescheduleInput(StartInput):
    """The new start; only a reservation may be given a new end as well."""

    new_start_time = InstantField(required=False, help_text="Another word for start_time.")
    new_scheduled_at = InstantField(required=False, help_text="Another word for start_time.")
    scheduled_at = InstantField(required=False, help_text="Another word for start_time.")
    end_time = InstantField(required=False)
    new_end_time = InstantField(required=False, help_text="Another word for end_time.")
    reason = TextField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True)

    instants = ("start_time", "new_start_time", "new_scheduled_at", "scheduled_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        end = one_of(attrs, ("end_time", "new_end_time"))
        if attrs["start_time"] is None and "booking_date" not in attrs:
            raise ValidationError({"start_time": [ErrorDetail("This field is required.", "required")]})
        if attrs["start_time"] is not None and end is not None:
            require_order(attrs["start_time"], end)
        return {**attrs, "end_time": end}


class ReasonInput(StrictSerializer):
    reason = TextField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True)


class CancelInput(ReasonInput):
    notify_attendees = serializers.BooleanField(required=False, default=True)


class ConfirmInput(ReasonInput):
    meeting_link = TextField(
        max_length=LONGEST_LINK,
        required=False,
        default="",
        allow_blank=True,
        validators=[URLValidator(schemes=["https"])],
    )
    preparation_notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, default="", allow_blank=True)


class CompleteInput(ReasonInput):
    completion_notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, default="", allow_blank=True)
    deliverables = serializers.ListField(
        child=TextField(max_length=LONGEST_LINE), max_length=MOST_LINES, required=False, default=list
    )


class MonthQuery(StrictSerializer):
    """A month as a clock in `timezone` (the calendar's own unless given) shows it."""

    month = serializers.RegexField(r"\A(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])\Z", help_text="Such as 2026-03.")
    timezone = ZoneField(required=False)


def one_of(attrs: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The value that is given under any of these words; None if under none, refused if they differ."""
    given = {name: attrs[name] for name in names if attrs.get(name) is not None}
    first = next(iter(given), "")
    for name, value in given.items():
        if value != given[first]:
            raise ValidationError({name: [ErrorDetail(f"This differs from {first}.", "ambiguous")]})
    return given.get(first)


def require_order(start: Any, end: Any) -> None:
    if start is not None and end <= start:
        raise ValidationError({"end_time": [ErrorDetail("This must be after start_time.", "range")]})
