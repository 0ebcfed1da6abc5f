"""A page of one day: everybody's calendar side by side, or one calendar alone on its own clock."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin.actors import actor_of
from bookings.admin.day_picture import day_picture, owner_of
from bookings.enums import UPCOMING, BookingStatus
from bookings.models import Booking
from bookings.selectors.day_board import Row, boarded_calendars, day_of
from catalog.models import Calendar
from common import clock
from common.errors import DomainError
from common.walltime import day_range

CALENDARS_PER_PAGE = 25
ONE_DAY = timedelta(days=1)


def day_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """Two queries for which calendars, three for what is on them, however many they are."""
    user = actor_of(request)
    if not user.has_perm("bookings.view_booking"):
        raise PermissionDenied
    only = _calendar_asked(request.GET.get("calendar", ""))
    zone = only.zone if only is not None else ZoneInfo(settings.BUSINESS_TIME_ZONE)
    today = clock.today(zone)
    day = _day_asked(request.GET.get("day", ""), zone, today)
    pages = Paginator([only] if only is not None else boarded_calendars(), CALENDARS_PER_PAGE)
    here = pages.get_page(request.GET.get("page"))
    rows = day_of(list(here.object_list), day_range(day, zone))
    may_move = user.has_perm("bookings.reschedule_booking")
    page = {
        **admin.admin_site.each_context(request),
        "title": f"{day:%A %d %B %Y}" + (f": {owner_of(only)}" if only is not None else ""),
        "opts": Booking._meta,
        "picture": day_picture(rows, day_range(day, zone), zone, day=day, may_move=may_move),
        "lines": _lines(rows, zone),
        "zone": zone.key,
        "day": day.isoformat(),
        "before": (day - ONE_DAY).isoformat(),
        "after": (day + ONE_DAY).isoformat(),
        "today": today.isoformat(),
        "only": only,
        "here": here,
        "may_add": user.has_perm("bookings.add_booking"),
        "may_move": may_move,
    }
    return TemplateResponse(request, "admin/day_board.html", page)


def _lines(rows: Sequence[Row], zone: ZoneInfo) -> list[tuple[str, Booking, str, bool]]:
    """The bookings in the order of their times, each once; for those who would rather read than look."""
    found = {booking.pk: booking for row in rows for lane in row.lanes for booking in lane}
    ordered = sorted(found.values(), key=lambda each: (each.starts_at, each.pk))
    return [
        (
            f"{each.starts_at.astimezone(zone):%H:%M} – {each.ends_at.astimezone(zone):%H:%M}",
            each,
            BookingStatus(each.status).label,
            each.status in UPCOMING,
        )
        for each in ordered
    ]


def _calendar_asked(text: str) -> Calendar | None:
    if not text:
        return None
    try:
        found = Calendar.objects.select_related("specialist", "resource").filter(pk=UUID(text)).first()
    except ValueError:
        found = None
    if found is None:
        raise Http404
    return found


def _day_asked(text: str, zone: ZoneInfo, today: date) -> date:
    """The day in the address; today for one that is none, or one that clocks there left out."""
    try:
        day = date.fromisoformat(text)
        day_range(day - ONE_DAY, zone)
        day_range(day + ONE_DAY, zone)
        day_range(day, zone)
    except (ValueError, OverflowError, DomainError):
        return today
    return day
