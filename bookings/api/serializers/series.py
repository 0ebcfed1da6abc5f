"""Series: how they are asked for, changed and shown."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from bookings.api.serializers.booking import (
    BookingAnswerSerializer,
    BookingSerializer,
    NamedSerializer,
    shown_booking,
    shown_named,
)
from bookings.api.serializers.input import AttendeesField, BookingInput, require_order
from bookings.enums import ExceptionType, SeriesStatus
from bookings.models import Series, SeriesException
from bookings.models.booking import LONGEST_NOTES, LONGEST_REASON, LONGEST_TITLE
from bookings.selectors.series_dates import Lost
from bookings.services.series_booking import BookedSeries, Preview
from bookings.services.series_changing import ChangedSeries
from bookings.services.series_retiming import Unchanged
from catalog.api.serializers.recurrence import RuleField
from catalog.enums import Reason, choices
from catalog.recurrence import Rule, wall_clock
from common.api.fields import (
    BoundedIntegerField,
    DateField,
    FreeFormField,
    IdField,
    InstantField,
    MultilineTextField,
    TextField,
    ZoneField,
)
from common.api.serializers import StrictSerializer

DETAILS = ("title", "description", "notes", "attendees", "metadata")


class OnConflict(StrEnum):
    """What to do where some dates cannot be had: book none, book the others, or book nothing and tell."""

    FAIL = "fail"
    SKIP = "skip"
    REPORT = "report"


class Scope(StrEnum):
    ALL = "all"
    FOLLOWING = "this_and_following"


class RecurringInput(BookingInput):
    """A booking that repeats. `start_time` is the first date, `timezone` the clock that the others keep its time on."""

    recurrence_rule = RuleField()
    timezone = ZoneField(required=False, help_text="Whose clocks count. The calendar's own unless given.")
    on_conflict = serializers.ChoiceField(
        choices=[each.value for each in OnConflict],
        default=OnConflict.FAIL.value,
        help_text="fail books all dates or none, skip books those that are free, report books nothing and tells.",
    )
    align_start = serializers.BooleanField(
        default=False, help_text="Begin with the first date that the rule names, where start_time is none of them."
    )


class ScopeQuery(StrictSerializer):
    """`from` is a day on the series' own clock; it belongs to this_and_following."""

    scope = serializers.ChoiceField(choices=[each.value for each in Scope])

    def get_fields(self) -> dict[str, Any]:
        # A word of Python's own cannot be declared as the others are.
        return {**super().get_fields(), "from": DateField(required=False)}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        is_following = attrs["scope"] == Scope.FOLLOWING
        if is_following and "from" not in attrs:
            raise ValidationError({"from": [ErrorDetail("This field is required.", "required")]})
        if not is_following and "from" in attrs:
            raise ValidationError({"from": [ErrorDetail("All means from the first to the last.", "ambiguous")]})
        return attrs


class CancelScopeQuery(ScopeQuery):
    reason = TextField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True)


class SeriesChangeInput(StrictSerializer):
    """What is not given stays. `start_time` is the new start of the first date that is changed; the others follow."""

    title = TextField(max_length=LONGEST_TITLE, required=False, allow_blank=True)
    description = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    notes = MultilineTextField(max_length=LONGEST_NOTES, required=False, allow_blank=True)
    attendees = AttendeesField(required=False)
    metadata = FreeFormField(required=False)
    start_time = InstantField(required=False)
    end_time = InstantField(required=False)
    recurrence_rule = RuleField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationError({"title": [ErrorDetail("Name something to change.", "required")]})
        if "start_time" in attrs and "end_time" in attrs:
            require_order(attrs["start_time"], attrs["end_time"])
        return attrs


class ExceptionInput(StrictSerializer):
    """One date of a series, by its day on the series' own clock, called off or given other details."""

    exception_type = serializers.ChoiceField(choices=[ExceptionType.CANCELLED.value, ExceptionType.MODIFIED.value])
    exception_date = DateField()
    new_start_time = InstantField(required=False)
    new_end_time = InstantField(required=False)
    new_title = TextField(max_length=LONGEST_TITLE, required=False)
    reason = TextField(max_length=LONGEST_REASON, required=False, default="", allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        new = [name for name in ("new_start_time", "new_end_time", "new_title") if name in attrs]
        is_modified = attrs["exception_type"] == ExceptionType.MODIFIED
        if is_modified and not new:
            raise ValidationError({"new_start_time": [ErrorDetail("Say what is different.", "required")]})
        if not is_modified and new:
            raise ValidationError({new[0]: [ErrorDetail("A date that is cancelled has no new details.", "ambiguous")]})
        return attrs


class OccurrenceInput(StrictSerializer):
    """A date that was skipped, by its day on the series' own clock."""

    date = DateField()


class LostDateSerializer(StrictSerializer):
    date = DateField()
    start_time = InstantField()
    end_time = InstantField()
    reason = serializers.ChoiceField(choices=choices(Reason))


class ExceptionSerializer(StrictSerializer):
    id = IdField()
    booking_id = IdField(allow_null=True, help_text="Null for a date that was never booked.")
    date = DateField()
    exception_date = DateField(help_text="As `date`.")
    exception_type = serializers.ChoiceField(choices=ExceptionType.choices)
    recurrence_id = InstantField()
    new_start_time = InstantField(allow_null=True)
    new_end_time = InstantField(allow_null=True)
    new_title = TextField(allow_null=True)
    reason = TextField()
    created_at = InstantField()


class SeriesSerializer(StrictSerializer):
    id = IdField(allow_null=True, help_text="Null where nothing was booked.")
    status = serializers.ChoiceField(choices=SeriesStatus.choices)
    recurrence_rule = TextField()
    timezone = TextField()
    start_time = InstantField()
    duration_minutes = BoundedIntegerField()
    is_open_ended = serializers.BooleanField()
    booked_until = InstantField()
    title = TextField()
    service = NamedSerializer(allow_null=True)
    specialist = NamedSerializer(allow_null=True)
    resource = NamedSerializer(allow_null=True)
    customer = NamedSerializer()
    split_from_id = IdField(allow_null=True, help_text="The series that this one continues.")


class SkippedSerializer(StrictSerializer):
    date = DateField()
    reason = TextField()


class BookedSeriesSerializer(StrictSerializer):
    series = SeriesSerializer()
    bookings = BookingSerializer(many=True)
    skipped = SkippedSerializer(many=True)


class OccurrenceSerializer(StrictSerializer):
    date = DateField()
    start_time = InstantField()
    end_time = InstantField()
    available = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=choices(Reason), allow_null=True)


class HintSerializer(StrictSerializer):
    recurrence_rule = TextField()
    message = TextField()


class PreviewSerializer(BookedSeriesSerializer):
    """What would be booked; `skipped` are the dates that would be lost."""

    occurrences = OccurrenceSerializer(many=True)
    hint = HintSerializer(allow_null=True)


class SeriesDetailSerializer(BookedSeriesSerializer):
    exceptions = ExceptionSerializer(many=True)


class UnchangedSerializer(StrictSerializer):
    """A booking that stays where it is, and why."""

    booking_id = IdField()
    date = DateField()
    start_time = InstantField()
    reason = serializers.ChoiceField(choices=[each.value for each in Unchanged])


class ChangedSeriesSerializer(StrictSerializer):
    series = SeriesSerializer()
    bookings = BookingSerializer(many=True)
    cancelled = BookingSerializer(many=True)
    unchanged = UnchangedSerializer(many=True)


class CancelledSeriesSerializer(StrictSerializer):
    series = SeriesSerializer()
    bookings = BookingSerializer(many=True)


class ExceptionAnswerSerializer(BookingAnswerSerializer):
    exception = ExceptionSerializer()


def shown_series(series: Series, *, is_saved: bool = True) -> dict[str, Any]:
    return {
        "id": series.pk if is_saved else None,
        "status": series.status,
        "recurrence_rule": series.rule,
        "timezone": series.timezone,
        "start_time": series.starts_at,
        "duration_minutes": series.duration_minutes,
        "is_open_ended": series.is_open_ended,
        "booked_until": series.booked_until,
        "title": series.title,
        "service": shown_named(series.service),
        "specialist": shown_named(series.specialist),
        "resource": shown_named(series.resource),
        "customer": {"id": series.customer_id, "name": series.customer.get_full_name()},
        "split_from_id": series.split_from_id,
    }


def shown_booked(booked: BookedSeries) -> dict[str, Any]:
    return {
        "series": shown_series(booked.series),
        "bookings": [shown_booking(each) for each in booked.bookings],
        "skipped": _skipped(booked.skipped),
    }


def shown_preview(preview: Preview) -> dict[str, Any]:
    reasons = {each.dated: each.reason for each in preview.lost}
    return {
        "series": shown_series(preview.series, is_saved=False),
        "bookings": [],
        "skipped": _skipped(preview.lost),
        "occurrences": [
            {
                "date": each.day,
                "start_time": each.time.start,
                "end_time": each.time.end,
                "available": each not in reasons,
                "reason": reasons.get(each),
            }
            for each in preview.dates
        ],
        "hint": _hint(preview.hint),
    }


def shown_changed(changed: ChangedSeries) -> dict[str, Any]:
    zone = changed.series.zone
    return {
        "series": shown_series(changed.series),
        "bookings": [shown_booking(each) for each in changed.bookings],
        "cancelled": [shown_booking(each) for each in changed.cancelled],
        "unchanged": [
            {
                "booking_id": booking.pk,
                "date": wall_clock(booking.starts_at, zone).date(),
                "start_time": booking.starts_at,
                "reason": reason,
            }
            for booking, reason in changed.unchanged
        ],
    }


def shown_exception(exception: SeriesException, series: Series, booking_id: UUID | None) -> dict[str, Any]:
    """Of the booking with this id, if the date was ever booked."""
    day = wall_clock(exception.recurrence_id, series.zone).date()
    return {
        "id": exception.pk,
        "booking_id": booking_id,
        "date": day,
        "exception_date": day,
        "exception_type": exception.type,
        "recurrence_id": exception.recurrence_id,
        "new_start_time": exception.starts_at,
        "new_end_time": exception.ends_at,
        "new_title": exception.title or None,
        "reason": exception.reason,
        "created_at": exception.created_at,
    }


def _skipped(lost: Any) -> list[dict[str, Any]]:
    found: list[Lost] = list(lost)
    return [{"date": each.dated.day, "reason": each.reason} for each in found]


def _hint(rule: Rule | None) -> dict[str, str] | None:
    if rule is None:
        return None
    message = "Months without this day are left out. This rule takes their last day instead."
    return {"recurrence_rule": rule.canonical, "message": message}
