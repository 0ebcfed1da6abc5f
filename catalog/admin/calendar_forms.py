"""Hours as lines of text, and time off on the calendar's own clock."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from catalog.hours import (
    DAYS,
    Overrides,
    Week,
    read_line,
    read_override_lines,
    written_line,
    written_override_lines,
)
from catalog.models import Calendar, TimeOff
from catalog.selectors.busy import claims
from common.errors import DomainError
from common.timeranges import NotATimeRange, TimeRange
from common.walltime import instant_of


def _hours_of(day: str) -> forms.CharField:
    return forms.CharField(required=False, max_length=200, label=day, widget=UnfoldAdminTextInputWidget())


class CalendarForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """One line a weekday (`09:00-13:00, 14:00-18:00`), one line a date that is set apart."""

    monday = _hours_of("Monday")
    tuesday = _hours_of("Tuesday")
    wednesday = _hours_of("Wednesday")
    thursday = _hours_of("Thursday")
    friday = _hours_of("Friday")
    saturday = _hours_of("Saturday")
    sunday = _hours_of("Sunday")
    overrides = forms.CharField(
        required=False,
        label="Dates set apart",
        help_text="One a line: 2026-12-25: closed, or 2026-12-31: 09:00-13:00. The weekday does not count then.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )
    reason = forms.CharField(
        required=False,
        max_length=500,
        label="Why",
        help_text="Kept in the audit log.",
        widget=UnfoldAdminTextInputWidget(),
    )

    class Meta:
        model = Calendar
        fields = (
            "timezone",
            "capacity",
            "step_minutes",
            "buffer_before_minutes",
            "buffer_after_minutes",
            "minimum_notice_minutes",
            "horizon_days",
            "daily_limit",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hours = self.instance.hours
        for number, day in enumerate(DAYS):
            if day in self.fields:
                self.fields[day].initial = written_line(hours.weekly.get(number, ()))
        if "overrides" in self.fields:
            self.fields["overrides"].initial = written_override_lines(hours.overrides)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["week"] = {number: self._read(day, read_line) for number, day in enumerate(DAYS)}
        cleaned["dates"] = self._read("overrides", read_override_lines)
        return cleaned

    @property
    def week(self) -> Week:
        week: Week = self.cleaned_data["week"]
        return week

    @property
    def dates(self) -> Overrides:
        dates: Overrides = self.cleaned_data["dates"]
        return dates

    def _read(self, name: str, reader: Callable[[str, str], Any]) -> Any:
        try:
            return reader(self.cleaned_data.get(name, ""), name)
        except DomainError as error:
            self.add_error(name, error.message)
            return None


class TimeOffForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A new time off. Its times are what the calendar's own clock shows, wherever the reader sits."""

    starts = forms.SplitDateTimeField(widget=UnfoldAdminSplitDateTimeWidget())
    ends = forms.SplitDateTimeField(widget=UnfoldAdminSplitDateTimeWidget())
    over_bookings = forms.BooleanField(required=False, help_text="Bookings in this time stay.")

    class Meta:
        model = TimeOff
        fields = ("reason",)


class TimeOffFormSet(forms.BaseInlineFormSet):  # type: ignore[type-arg]  # generic in the stubs only
    may_force = False

    def clean(self) -> None:
        super().clean()
        # As it is saved: the form above may just have put a zone on the instance that is none.
        self.calendar = Calendar.objects.get(pk=self.instance.pk)
        for form in self.extra_forms:
            if form.has_changed() and form.is_valid() and form not in self.deleted_forms:
                self._check(form)

    def _check(self, form: Any) -> None:
        data = form.cleaned_data
        try:
            data["time"] = TimeRange(self._instant(data["starts"]), self._instant(data["ends"]))
        except (NotATimeRange, DomainError) as error:
            raise forms.ValidationError(str(error)) from error
        if data["over_bookings"] and not self.may_force:
            raise forms.ValidationError("You may not give time off over bookings.")
        there = claims(self.calendar, data["time"])
        if there and not data["over_bookings"]:
            zone = self.calendar.zone
            listed = ", ".join(f"{each.time.start.astimezone(zone):%d %b %H:%M}" for each in there[:10])
            raise forms.ValidationError(f"Booked in this time: {listed}. Move or cancel it first.")

    def _instant(self, entered: datetime) -> datetime:
        # Django has read the digits on the reader's clock; they are meant on the calendar's.
        return instant_of(timezone.make_naive(entered), self.calendar.zone)
