"""Series: their dates, the dates that differ, and an end to them."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter

from accounts.admin.actors import actor_of
from accounts.models import User
from bookings.admin.fields import DayInput, DeskForm, reason_field
from bookings.enums import BookingStatus, SeriesStatus
from bookings.models import Booking, Series
from bookings.selectors.series import exceptions_of, shown_dates
from bookings.services.actors import staff
from bookings.services.series_booking import locked_series
from bookings.services.series_cancelling import cancel_series_from
from common import audit, clock
from common.admin.base import EDITED_VERSION, STALE, ReadOnlyModelAdmin
from common.admin.decorators import display
from common.errors import Conflict, DomainError

MOST_SHOWN = 200
CANCEL = "bookings.cancel_booking"


class EndForm(DeskForm):
    day = forms.DateField(
        label="First day without it", help_text="What comes before stays as it is.", widget=DayInput()
    )
    reason = reason_field(required=True)


@admin.register(Series)
class SeriesAdmin(ReadOnlyModelAdmin):
    list_display = ("title_or_rule", "customer", "with_whom", "first", "state")
    list_select_related: ClassVar[Any] = ("customer", "specialist", "resource")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("specialist", AutocompleteSelectFilter),
        ("resource", AutocompleteSelectFilter),
    )
    search_fields = ("=id", "=customer__email", "=customer__phone_number")
    search_help_text = "An id, or the customer's exact e-mail address or phone number"
    date_hierarchy = "starts_at"
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {"fields": (("title", "status"), ("rule", "first"), ("customer", "with_whom"), ("service", "booked_by"))},
        ),
        (
            "Kept for its dates",
            {"fields": ("notes", ("duration_minutes", "is_open_ended"), ("booked_until", "split_from"))},
        ),
    )
    readonly_fields = ("first", "with_whom")
    change_form_outer_before_template = "admin/series_end_link.html"
    change_form_outer_after_template = "admin/series_dates.html"

    def get_urls(self) -> list[URLPattern]:
        end = path("<uuid:series_id>/end/", self.admin_site.admin_view(self.end_view), name="bookings_series_end")
        return [end, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Series]:
        """With all that its page shows, when it is the page of one."""
        found: models.QuerySet[Series] = super().get_queryset(request)
        match = request.resolver_match
        if match is None or match.url_name != "bookings_series_change":
            return found
        return found.select_related("customer", "specialist", "resource", "service", "booked_by", "split_from")

    @display(description="Series", ordering="title")
    def title_or_rule(self, series: Series) -> str:
        return str(series)

    @display(description="With")
    def with_whom(self, series: Series) -> str:
        return " · ".join(str(each) for each in (series.specialist, series.resource) if each is not None)

    @display(description="Since", ordering="starts_at")
    def first(self, series: Series) -> str:
        return f"{series.starts_at.astimezone(series.zone):%a %d %b %Y %H:%M} ({series.timezone})"

    @display(description="State", ordering="status", label={"Active": "success", "Cancelled": "danger"})
    def state(self, series: Series) -> str:
        return str(SeriesStatus(series.status).label)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        series = self.get_object(request, object_id)
        shown: dict[str, Any] = {**(extra_context or {})}
        if series is not None and self.has_view_permission(request, series):
            shown |= {
                "dates": [_line(each, series) for each in shown_dates(series, MOST_SHOWN)],
                "exceptions": [
                    (f"{each.recurrence_id.astimezone(series.zone):%a %d %b %Y %H:%M}", each)
                    for each in exceptions_of(series)
                ],
                "may_end": request.user.has_perm(CANCEL) and series.status == SeriesStatus.ACTIVE,
            }
        response: HttpResponse = super().change_view(request, object_id, form_url, shown)
        return response

    def end_view(self, request: HttpRequest, series_id: UUID) -> HttpResponse:
        """Cancels what starts on a day or later; asks first."""
        user = actor_of(request)
        if not (user.has_perm(CANCEL) and self.has_view_permission(request)):
            raise PermissionDenied
        series = get_object_or_404(Series.objects.select_related("customer", "specialist", "resource"), pk=series_id)
        page_of_it = reverse("admin:bookings_series_change", args=[series.pk])
        initial = {"day": clock.today(series.zone)}
        form = EndForm(request.POST if request.method == "POST" else None, initial=initial)
        status = 200
        if form.is_valid():
            try:
                count = _end(series, user, request.POST.get(EDITED_VERSION, ""), **form.cleaned_data)
            except DomainError as refusal:
                form.refuse(refusal)
                status = refusal.status
            else:
                messages.success(request, f"Bookings cancelled: {count}.")
                return HttpResponseRedirect(page_of_it)
        page = {
            **self.admin_site.each_context(request),
            "title": f"Cancel {series} from a day on",
            "opts": Series._meta,
            "original": series,
            "step": {"question": "From which day on?", "title": "Cancel", "is_dangerous": True},
            "form": form,
            "preview": [
                ("Customer", series.customer),
                ("With", self.with_whom(series)),
                ("Since", self.first(series)),
                ("Fee", "None: not the customer's doing"),
            ],
            "back": page_of_it,
        }
        return TemplateResponse(request, "admin/booking_step.html", page, status=status)


def _end(series: Series, user: User, version: str, *, day: date, reason: str) -> int:
    with transaction.atomic(), audit.acting(user, reason=reason):
        if locked_series(series.pk).updated_at.isoformat() != version:
            raise Conflict(STALE)
        return len(cancel_series_from(series.pk, day, actor=staff(user), reason=reason).bookings)


def _line(booking: Booking, series: Series) -> tuple[str, Booking, str]:
    start = booking.starts_at.astimezone(series.zone)
    return f"{start:%a %d %b %Y %H:%M}", booking, str(BookingStatus(booking.status).label)
