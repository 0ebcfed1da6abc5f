"""Staff book for a customer, by the same services as the customer would."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from accounts.admin.actors import actor_of
from accounts.models import User
from bookings.admin.fields import WhenForm, minutes_field, overrule_field, reason_field, text_field
from bookings.admin.step_pages import shown_conflicts
from bookings.admin.steps import actor_for
from bookings.enums import PaymentMethod, Source
from bookings.models import Booking
from bookings.models.booking import LONGEST_NOTES, LONGEST_TITLE
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import OVERRULE
from bookings.services.booking import book_appointment, book_reservation, require_offered
from bookings.services.drafting import Details
from bookings.transitions import Actor
from catalog.errors import SlotTaken
from catalog.models import Calendar, Resource, Service
from common import audit
from common.errors import DomainError, NotFound
from common.timeranges import TimeRange

Found = TypeVar("Found")
YES, NO = frozenset({"yes", "true"}), frozenset({"no", "false"})


class ChosenSelect(AutocompleteSelect):
    """Shows what is chosen. An id that is none, from the address or a POST, is left to the field to refuse."""

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        return super().optgroups(name, [each for each in value if _is_id(each)], attr)


def _is_id(text: str) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True


def chosen_field(name: str, model: type[Model], *, required: bool, help_text: str = "") -> Any:
    return forms.ModelChoiceField(
        model._default_manager.all(),
        required=required,
        help_text=help_text,
        widget=ChosenSelect(Booking._meta.get_field(name), admin.site, attrs={"data-width": "100%"}),
    )


class NewBookingForm(WhenForm):
    customer = chosen_field("customer", User, required=True)
    service = chosen_field("service", Service, required=False, help_text="For an appointment with its specialist.")
    resource = chosen_field("resource", Resource, required=False, help_text="For a reservation without a specialist.")
    minutes = minutes_field(required=False)
    title = forms.CharField(max_length=LONGEST_TITLE, required=False, widget=UnfoldAdminTextInputWidget())
    notes = text_field("Notes", LONGEST_NOTES)
    answers = text_field("Answers to the service's questions", LONGEST_NOTES)
    payment_method = forms.ChoiceField(
        choices=(("", "–"), *PaymentMethod.choices), required=False, widget=UnfoldAdminSelectWidget()
    )
    overrule = overrule_field()
    reason = reason_field(required=False)
    field_order = ("customer", "service", "resource", "day", "time", "twice", "minutes")

    def __init__(self, data: Any, *, user: User, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
        self.fields["time"].help_text = "By the clock of the specialist's or the resource's calendar."
        self.fields[
            "minutes"
        ].help_text = "How long the resource is reserved; an appointment lasts as its service does."
        self.fields["answers"].help_text = "A line for each, such as: Any allergies? = Nuts"
        if not user.has_perm(OVERRULE):
            del self.fields["overrule"]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if bool(data.get("service")) == bool(data.get("resource")) and not {"service", "resource"} & set(self.errors):
            self.add_error("service", "Choose either a service or a resource.")
        elif data.get("resource") and not data.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", "Say for how long.")
        if data.get("overrule") and not data.get("reason") and "reason" not in self.errors:
            self.add_error("reason", "Say why the rules are left aside.")
        return data


def add_page(page_admin: Any, request: HttpRequest) -> HttpResponse:
    """Asks for whom, what and when, and books when it is posted."""
    user = actor_of(request)
    if not user.has_perm("bookings.add_booking"):
        raise PermissionDenied
    form = NewBookingForm(
        request.POST if request.method == "POST" else None, user=user, initial=_asked(request.GET.dict())
    )
    status, conflicts = 200, None
    if form.is_valid():
        try:
            booking = _book(form, user)
        except DomainError as refusal:
            form.refuse(refusal)
            status = refusal.status
            conflicts = _conflicts(form) if isinstance(refusal, SlotTaken) else None
        else:
            messages.success(request, f"Booked: {booking.number}.")
            return HttpResponseRedirect(reverse("admin:bookings_booking_change", args=[booking.pk]))
    page = {
        **page_admin.admin_site.each_context(request),
        "title": "Book for a customer",
        "opts": Booking._meta,
        "form": form,
        "media": form.media,
        **(conflicts or {}),
        "back": reverse("admin:bookings_booking_changelist"),
    }
    return TemplateResponse(request, "admin/booking_new.html", page, status=status)


def _book(form: NewBookingForm, user: User) -> Booking:
    data = form.cleaned_data
    actor = actor_for(user, data)
    with transaction.atomic(), audit.acting(user, reason=data["reason"]):
        book = _appointment if data["service"] else _reservation
        booking = book(form, actor)
        if actor.overrules:
            audit.record("rules overruled", booking, actor=user, reason=data["reason"], data={"step": "create"})
    return booking


def _appointment(form: NewBookingForm, actor: Actor) -> Booking:
    data = form.cleaned_data
    service = _still_there(wanted_service(data["service"].pk))
    require_offered(service)
    return book_appointment(
        service=service,
        starts_at=_time(form).start,
        customer=data["customer"],
        actor=actor,
        details=_details(data, service.intake_questions),
    )


def _reservation(form: NewBookingForm, actor: Actor) -> Booking:
    data = form.cleaned_data
    resource = _still_there(wanted_resource(data["resource"].pk))
    return book_reservation(
        resource=resource, time=_time(form), customer=data["customer"], actor=actor, details=_details(data, ())
    )


def _still_there(found: Found | None) -> Found:
    if found is None:
        raise NotFound
    return found


def _time(form: NewBookingForm) -> TimeRange:
    data = form.cleaned_data
    service: Service | None = data["service"]
    duration = service.duration if service is not None else timedelta(minutes=data["minutes"])
    return TimeRange.lasting(form.start_in(_calendars(data)[0].zone), duration)


def _calendars(data: Mapping[str, Any]) -> list[Calendar]:
    """The one whose clock counts comes first."""
    service, resource = data["service"], data["resource"]
    if service is None:
        return [resource.calendar]
    room = service.room
    return [service.owner.calendar, *([room.calendar] if room is not None else [])]


def _conflicts(form: NewBookingForm) -> Mapping[str, Any]:
    calendars = _calendars(form.cleaned_data)
    service: Service | None = form.cleaned_data["service"]
    buffers = calendars[0].buffers if service is None else service.buffers_on(calendars[0])
    return shown_conflicts(calendars, buffers.around(_time(form)))


def _details(data: Mapping[str, Any], questions: Sequence[Mapping[str, Any]]) -> Details:
    return Details(
        title=data["title"],
        notes=data["notes"],
        answers=read_answers(data["answers"], questions),
        payment_method=data["payment_method"],
        source=Source.BACK_OFFICE,
    )


def read_answers(text: str, questions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The lines as answers of the kinds that are asked for; what does not fit stays text, and is refused as such."""
    kinds = {question["question"]: question.get("type", "text") for question in questions}
    lines = [line.partition("=") for line in text.splitlines() if line.strip()]
    return {asked.strip(): _read(answer.strip(), kinds.get(asked.strip(), "text")) for asked, _, answer in lines}


def _read(answer: str, kind: str) -> Any:
    if kind == "yes_no" and answer.lower() in YES | NO:
        return answer.lower() in YES
    if kind == "number":
        try:
            return int(answer) if answer.lstrip("-").isdigit() else float(answer)
        except ValueError:
            return answer
    return answer


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    """What the link to this page has chosen already, such as the customer or the day."""
    return {name: given[name] for name in ("customer", "service", "resource", "day", "time") if given.get(name)}
