"""Fields of the desk's forms: days and times as clocks of the booking's own zone show them."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from bookings.models.booking import LONGEST_REASON
from common.errors import DomainError
from common.walltime import candidates_for, instant_of

# Where the services' own names of what is wrong are shown in these forms.
FIELDS = {
    "start_time": "time",
    "booking_time": "time",
    "end_time": "minutes",
    "service_id": "service",
    "resource_id": "resource",
    "customer_id": "customer",
}
TWICE = (("", "–"), ("first", "the first of both"), ("second", "the second of both"))


class DayInput(UnfoldAdminTextInputWidget):
    input_type = "date"


class TimeInput(UnfoldAdminTextInputWidget):
    input_type = "time"


class DeskForm(forms.Form):
    """A form whose service may still refuse: `refuse` shows that where it belongs."""

    def refuse(self, refusal: DomainError) -> None:
        for detail in refusal.details:
            name, _, part = detail.field.partition(".")
            name = FIELDS.get(name, name)
            message = f"{part}: {detail.message}" if part else detail.message
            self.add_error(name if name in self.fields else NON_FIELD_ERRORS, message)
        if not refusal.details:
            self.add_error(None, refusal.message)


def reason_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        min_length=3,
        max_length=LONGEST_REASON,
        required=required,
        help_text="Kept in the timeline and in the audit log.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


def text_field(label: str, longest: int, *, rows: int = 2) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, required=False, widget=widget)


def overrule_field() -> forms.BooleanField:
    return forms.BooleanField(
        label="Leave notice, horizon and opening hours aside",
        required=False,
        help_text=(
            "Needs a reason. What is taken stays taken, time off included: move or cancel what is there, end the time "
            "off, or raise the calendar's capacity."
        ),
        widget=UnfoldBooleanWidget(),
    )


class WhenForm(DeskForm):
    """A day and a time on one zone's clock."""

    day = forms.DateField(widget=DayInput())
    time = forms.TimeField(widget=TimeInput())
    twice = forms.ChoiceField(
        label="If clocks show this time twice",
        choices=TWICE,
        required=False,
        help_text="Once a year, when clocks go back.",
        widget=UnfoldAdminSelectWidget(),
    )

    def start_in(self, zone: ZoneInfo) -> datetime:
        """The instant that is meant; a time that clocks skip or, without a choice, show twice is refused."""
        data: dict[str, Any] = self.cleaned_data
        day: date = data["day"]
        at: time = data["time"]
        wall = datetime.combine(day, at)
        first, second = candidates_for(wall, zone)
        if data["twice"] and first < second:
            return first if data["twice"] == "first" else second
        return instant_of(wall, zone, field="time")


def minutes_field(*, required: bool) -> forms.IntegerField:
    return forms.IntegerField(
        label="Minutes",
        min_value=1,
        max_value=31 * 24 * 60,
        required=required,
        widget=UnfoldAdminIntegerFieldWidget(),
    )
