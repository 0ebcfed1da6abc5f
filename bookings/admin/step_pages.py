"""The page between a click and its deed: what will happen to whom, why, and what is in the way."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse

from accounts.admin.actors import actor_of
from accounts.models import User
from bookings.admin.fields import DeskForm, WhenForm
from bookings.admin.previews import preview_of, shown_time
from bookings.admin.steps import STEPS, Step
from bookings.enums import Action
from bookings.models import Booking
from bookings.selectors.desk import in_the_way
from bookings.transitions import BOOKED_WITH, locked
from catalog.errors import SlotTaken
from catalog.models import Calendar
from common import audit, clock
from common.admin.base import EDITED_VERSION, STALE
from common.errors import Conflict, DomainError
from common.timeranges import TimeRange


def step_page(admin: Any, request: HttpRequest, booking_id: UUID, name: str) -> HttpResponse:
    """Asks, and takes the step when it is posted; permission and version are looked at both times."""
    step = STEPS.get(name)
    if step is None:
        raise Http404
    user = actor_of(request)
    if not (user.has_perm(step.permission) and user.has_perm("bookings.view_booking")):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related(*BOOKED_WITH), pk=booking_id)
    form = step.form(request.POST if request.method == "POST" else None, booking=booking, user=user)  # type: ignore[call-arg]  # of steps
    status, conflicts = 200, None
    if form.is_valid():
        try:
            _take(step, booking, user, form, request.POST.get(EDITED_VERSION, ""))
        except DomainError as refusal:
            form.refuse(refusal)
            status, conflicts = refusal.status, conflicts_of(refusal, form, booking)
        else:
            messages.success(request, f"{booking.number}: {step.title.lower()} – done.")
            return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))
    page = {
        **admin.admin_site.each_context(request),
        "title": f"{step.title} {booking.number}",
        "opts": Booking._meta,
        "original": booking,
        "step": step,
        "form": form,
        "preview": preview_of(booking, is_cancelled=step.action is Action.CANCEL, now=clock.now()),
        **(conflicts or {}),
        "back": reverse("admin:bookings_booking_change", args=[booking.pk]),
    }
    return TemplateResponse(request, "admin/booking_step.html", page, status=status)


def _take(step: Step, booking: Booking, user: User, form: DeskForm, version: str) -> None:
    reason = form.cleaned_data.get("reason", "")
    with transaction.atomic(), audit.acting(user, reason=reason):
        present = locked(booking.pk)
        if present.updated_at.isoformat() != version:
            raise Conflict(STALE)
        step.take(present, user, form)
        if form.cleaned_data.get("overrule"):
            audit.record("rules overruled", present, actor=user, reason=reason, data={"step": step.action.value})


def conflicts_of(refusal: DomainError, form: DeskForm, booking: Booking) -> Mapping[str, Any] | None:
    """Who has the time that was wanted; nobody, where the calendar is closed for time off."""
    if not isinstance(refusal, SlotTaken) or not isinstance(form, WhenForm):
        return None
    start = form.start_in(booking.zone)
    minutes = form.cleaned_data.get("minutes")
    duration = booking.time.duration if minutes is None else timedelta(minutes=minutes)
    time = booking.buffers.around(TimeRange.lasting(start, duration))
    return shown_conflicts(calendars_of(booking), time, but=booking.pk)


def shown_conflicts(calendars: list[Calendar], time: TimeRange, *, but: UUID | None = None) -> Mapping[str, Any]:
    found = in_the_way(calendars, time, but=but)
    return {"is_taken": True, "conflicts": [(each, shown_time(each)) for each in found], "calendars": calendars}


def calendars_of(booking: Booking) -> list[Calendar]:
    rooms = [booking.resource.calendar] if booking.resource is not None else []
    return list(dict.fromkeys([*([booking.calendar] if booking.calendar else []), *rooms]))
