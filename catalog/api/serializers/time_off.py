"""Time off, as a specialist takes it."""

from typing import Any, ClassVar

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from catalog.api.serializers.recurrence import RuleField
from catalog.models import TimeOff
from common.api.fields import InstantField, TextField
from common.api.serializers import StrictModelSerializer, StrictSerializer
from common.timeranges import TimeRange


class TimeOffInput(StrictSerializer):
    """One of the seeds says `start_date_time` for `start_time`, and `recurring: false`."""

    start_time = InstantField(required=False)
    end_time = InstantField(required=False)
    start_date_time = InstantField(required=False)
    end_date_time = InstantField(required=False)
    reason = TextField(max_length=200, required=False, default="", allow_blank=True)
    recurrence_rule = RuleField(required=False)
    recurring = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        start, end = _one_of(attrs, "start_time", "start_date_time"), _one_of(attrs, "end_time", "end_date_time")
        if end <= start:
            raise ValidationError({"end_time": [ErrorDetail("This must be after start_time.", "range")]})
        rule = attrs.get("recurrence_rule")
        recurring = attrs.get("recurring", rule is not None)
        if recurring and rule is None:
            raise ValidationError({"recurrence_rule": [ErrorDetail("Say how it repeats.", "required")]})
        if rule is not None and not recurring:
            raise ValidationError({"recurring": [ErrorDetail("This differs from recurrence_rule.", "ambiguous")]})
        return {"time": TimeRange(start, end), "reason": attrs["reason"], "rule": rule}


class ScopeQuery(StrictSerializer):
    """How much of a series is meant."""

    scope = serializers.ChoiceField(choices=["this", "this_and_following", "all"], default="this")


class TimeOffSerializer(StrictModelSerializer):
    start_time = InstantField(source="during.lower")
    end_time = InstantField(source="during.upper")

    class Meta:
        model = TimeOff
        fields: ClassVar = ["id", "start_time", "end_time", "reason", "series_id", "created_at"]
        read_only_fields = fields


class TakenTimeOffSerializer(TimeOffSerializer):
    """The first time off, and in `blocks` all of them where it repeats."""

    blocks = TimeOffSerializer(many=True, required=False)

    class Meta(TimeOffSerializer.Meta):
        fields: ClassVar = [*TimeOffSerializer.Meta.fields, "blocks"]
        read_only_fields = fields


def _one_of(attrs: dict[str, Any], name: str, other_name: str) -> Any:
    given = [attrs[each] for each in (name, other_name) if each in attrs]
    if not given:
        raise ValidationError({name: [ErrorDetail("This field is required.", "required")]})
    if len(set(given)) > 1:
        raise ValidationError({name: [ErrorDetail(f"This differs from {other_name}.", "ambiguous")]})
    return given[0]
