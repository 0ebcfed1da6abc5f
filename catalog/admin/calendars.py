"""Everybody's time: hours and time off edited in place, and the week as a picture."""

from datetime import date
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import TabularInline

from accounts.models import User
from catalog.admin.calendar_forms import CalendarForm, TimeOffForm, TimeOffFormSet
from catalog.admin.week_picture import monday_of, this_monday, week_picture
from catalog.hours import DAYS
from catalog.models import Calendar, TimeOff
from catalog.selectors.availability import claims_outside_hours
from catalog.services.hours import RULES, set_capacity, set_hours, set_rules
from catalog.services.time_off import claims_in, end_time_off, force_time_off, take_time_off
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import display
from common.errors import DomainError
from common.walltime import zone_named

FORCE = "catalog.force_timeoff"


class TimeOffInline(TabularInline):
    model = TimeOff
    form = TimeOffForm
    formset = TimeOffFormSet
    fields = ("starts", "ends", "reason", "over_bookings")
    extra = 0
    hide_title = True
    verbose_name_plural = "Time off, on the calendar's own clock"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[TimeOff]:
        queryset: models.QuerySet[TimeOff] = super().get_queryset(request)
        return queryset.select_related("calendar").order_by("during")

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        formset.may_force = request.user.has_perm(FORCE)
        return formset

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A time off is taken and ended; one that was meant otherwise is ended and taken anew."""
        return False

    def starts(self, off: TimeOff) -> str:
        return f"{off.time.start.astimezone(off.calendar.zone):%a %d %b %Y %H:%M}"

    def ends(self, off: TimeOff) -> str:
        return f"{off.time.end.astimezone(off.calendar.zone):%a %d %b %Y %H:%M}"

    def over_bookings(self, off: TimeOff) -> str:
        if not off.is_forced:
            return "–"
        return f"Yes; booked in it: {len(claims_in(off))}"


@admin.register(Calendar)
class CalendarAdmin(AlmanacModelAdmin):
    form = CalendarForm
    inlines = (TimeOffInline,)
    list_display = ("owner", "timezone", "open_on", "capacity")
    list_select_related: ClassVar[Any] = ("specialist", "resource")
    list_filter = ("timezone",)
    search_fields = ("specialist__business_name", "resource__name", "=id")
    search_help_text = "The name of a specialist or a resource, or an id"
    readonly_fields = ("owner", "week")
    fieldsets = (
        (None, {"fields": ("owner",)}),
        ("This week", {"fields": ("week",)}),
        ("Hours", {"fields": ("timezone", *DAYS, "overrides")}),
        (
            "Rules",
            {
                "fields": (
                    ("step_minutes", "capacity", "daily_limit"),
                    ("buffer_before_minutes", "buffer_after_minutes"),
                    ("minimum_notice_minutes", "horizon_days"),
                    "reason",
                )
            },
        ),
    )

    def get_urls(self) -> list[URLPattern]:
        week = path("<uuid:calendar_id>/week/", self.admin_site.admin_view(self.week_page), name="calendar_week")
        return [week, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A calendar comes with its specialist, resource or partner."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @display(description="Whose", ordering="number")
    def owner(self, calendar: Calendar) -> str:
        for name in ("specialist", "resource"):
            if hasattr(calendar, name):
                return str(getattr(calendar, name))
        return str(calendar)

    @display(description="Open on")
    def open_on(self, calendar: Calendar) -> str:
        return ", ".join(day.capitalize()[:3] for day in DAYS if calendar.weekly_hours.get(day)) or "no day"

    @display(description="Taken and open")
    def week(self, calendar: Calendar) -> SafeString:
        link = reverse("admin:calendar_week", args=[calendar.pk])
        # A form that was refused has left its values on the object, a zone that is none among them.
        saved = Calendar.objects.get(pk=calendar.pk)
        picture = week_picture(saved, this_monday(saved))
        return format_html('{}<a class="almanac-link" href="{}">Other weeks</a>', picture, link)

    def week_page(self, request: HttpRequest, calendar_id: Any) -> HttpResponse:
        if not self.has_view_permission(request):
            return HttpResponse(status=403)
        calendar = get_object_or_404(Calendar, pk=calendar_id)
        monday = _monday_asked(request, calendar)
        page = {
            **self.admin_site.each_context(request),
            "title": f"{self.owner(calendar)}, week of {monday:%d %B %Y}",
            "picture": week_picture(calendar, monday),
            "before": date.fromordinal(monday.toordinal() - 7).isoformat(),
            "after": date.fromordinal(monday.toordinal() + 7).isoformat(),
            "back": reverse("admin:catalog_calendar_change", args=[calendar.pk]),
        }
        return TemplateResponse(request, "admin/calendar_weeks.html", page)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The services write; what they refuse is told, and the rest is saved all the same."""
        calendar = Calendar.objects.get(pk=obj.pk)
        data, reason = form.cleaned_data, form.cleaned_data["reason"]
        if {"timezone", "overrides", *DAYS} & set(form.changed_data):
            zone = zone_named(data["timezone"]).key
            set_hours(calendar, timezone=zone, week=form.week, overrides=form.dates, actor=request.user, reason=reason)
            _warn_of_what_is_outside(request, calendar)
        if rules := {name: data[name] for name in form.changed_data if name in RULES}:
            set_rules(calendar, rules, actor=request.user, reason=reason)
        if "capacity" in form.changed_data:
            _told(request, lambda: set_capacity(calendar, data["capacity"], actor=request.user, reason=reason))

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Times off are taken and ended by their services, one by one."""
        actor = cast("User", request.user)
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for gone in formset.deleted_forms:
            if gone.instance.pk and not gone.instance._state.adding:
                end_time_off(gone.instance)
        for new in formset.extra_forms:
            if new.has_changed() and "time" in new.cleaned_data:
                data = new.cleaned_data
                take = force_time_off if data["over_bookings"] else take_time_off
                _told(request, lambda: take(form.instance, data["time"], reason=data["reason"], actor=actor))  # noqa: B023 - called at once

    def _lock(self, object_id: str) -> None:
        """Keeps other edits out, but not those who only refer to the calendar: a specialist's time off under way."""
        try:
            list(Calendar.objects.select_for_update(no_key=True).filter(pk=object_id).values_list("pk"))
        except (ValidationError, ValueError):
            # An id that is none: Django's own look-up answers it.
            return


def _told(request: HttpRequest, change: Any) -> None:
    try:
        change()
    except DomainError as error:
        messages.error(request, error.message)


def _warn_of_what_is_outside(request: HttpRequest, calendar: Calendar) -> None:
    outside = claims_outside_hours(calendar)
    if outside:
        first = outside[0].start.astimezone(calendar.zone)
        messages.warning(request, f"Booked outside of these hours: {len(outside)}, the first on {first:%d %b %H:%M}.")


def _monday_asked(request: HttpRequest, calendar: Calendar) -> date:
    try:
        return monday_of(date.fromisoformat(request.GET.get("from", "")))
    except ValueError:
        return this_monday(calendar)
