"""What is asked about free time, and how it is answered."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog.api.serializers.recurrence import RuleField
from catalog.enums import Reason, choices
from common.api.fields import (
    BoundedIntegerField,
    DateField,
    IdField,
    InstantField,
    TextField,
    TimeOfDayField,
    ZoneField,
)
from common.api.serializers import StrictSerializer
from common.platform import platform_settings
from common.timeranges import TimeRange


class TimeSlotInput(StrictSerializer):
    """A stretch of time, `end_time` not included."""

    start_time = InstantField()
    end_time = InstantField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = attrs["start_time"], attrs["end_time"]
        if end <= start:
            raise ValidationError({"end_time": [ErrorDetail("This must be after start_time.", "range")]})
        days = platform_settings().availability_days
        if end - start > timedelta(days=days):
            raise ValidationError({"end_time": [ErrorDetail(f"At most {days} days can be asked for.", "too_long")]})
        return attrs


class WhoseMixin(serializers.Serializer[Any]):
    """Names exactly one of a resource and a specialist."""

    resource_id = IdField(required=False)
    specialist_id = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in ("resource_id", "specialist_id") if name in attrs]
        if not named:
            raise ValidationError({"resource_id": [ErrorDetail("Name a resource or a specialist.", "required")]})
        if len(named) > 1:
            raise ValidationError({"specialist_id": [ErrorDetail("Name either one or the other.", "ambiguous")]})
        return attrs


class AvailabilityQuery(WhoseMixin, TimeSlotInput):
    """Whose time, and which; with a rule, that and each time it names after it."""

    recurrence_rule = RuleField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return TimeSlotInput.validate(self, WhoseMixin.validate(self, attrs))


class BulkInput(WhoseMixin, StrictSerializer):
    time_slots = TimeSlotInput(many=True, allow_empty=False)

    def validate_time_slots(self, slots: list[dict[str, Any]]) -> list[TimeRange]:
        most = platform_settings().bulk_slots
        if len(slots) > most:
            raise ValidationError([ErrorDetail(f"At most {most} slots can be asked for at once.", "max_length")])
        return [TimeRange(slot["start_time"], slot["end_time"]) for slot in slots]


class DaysQuery(StrictSerializer):
    """From one day to another, both included, as a clock in `timezone` (the calendar's own unless given) shows them."""

    start_date = DateField()
    end_date = DateField()
    timezone = ZoneField(required=False)
    service_id = IdField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        days = (attrs["end_date"] - attrs["start_date"]).days + 1
        most = platform_settings().availability_days
        if days < 1:
            raise ValidationError({"end_date": [ErrorDetail("This must not be before start_date.", "range")]})
        if days > most:
            raise ValidationError({"end_date": [ErrorDetail(f"At most {most} days can be asked for.", "too_long")]})
        return attrs


class ConflictSerializer(StrictSerializer):
    """Somebody else's booking: its time, and nothing that tells whose it is."""

    id = IdField(allow_null=True)
    title = TextField()
    start_time = InstantField()
    end_time = InstantField()


class CheckedSlotSerializer(StrictSerializer):
    start_time = InstantField()
    end_time = InstantField()
    available = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=choices(Reason), required=False)
    conflicts = ConflictSerializer(many=True)


class AvailabilitySerializer(CheckedSlotSerializer):
    resource_id = IdField(required=False)
    resource_name = TextField(required=False)
    specialist_id = IdField(required=False)
    specialist_name = TextField(required=False)
    duration = BoundedIntegerField(help_text="Minutes.")
    occurrences = CheckedSlotSerializer(many=True, required=False, help_text="Each time of a series by itself.")


class BulkSerializer(StrictSerializer):
    results = CheckedSlotSerializer(many=True)


class ConflictsSerializer(StrictSerializer):
    has_conflicts = serializers.BooleanField()
    conflicts = ConflictSerializer(many=True)


class SlotSerializer(StrictSerializer):
    """Instants in UTC, and what a clock in the asked zone shows then."""

    start_time = InstantField()
    end_time = InstantField()
    local_start_time = TimeOfDayField()
    local_end_time = TimeOfDayField()
    available = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=choices(Reason), required=False)


class DaySerializer(StrictSerializer):
    date = DateField()
    slots = SlotSerializer(many=True)


class AvailableSlotsSerializer(StrictSerializer):
    timezone = ZoneField()
    available_slots = DaySerializer(many=True)
