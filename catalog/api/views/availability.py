"""When somebody can be had, and what is in the way."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from catalog.api.queries import valid_query
from catalog.api.serializers.availability import (
    AvailabilityQuery,
    AvailabilitySerializer,
    AvailableSlotsSerializer,
    BulkInput,
    BulkSerializer,
    ConflictsSerializer,
    DaysQuery,
)
from catalog.models import Calendar, Resource, Service
from catalog.recurrence import times
from catalog.selectors.availability import Checked, checked, conflicts_with, slots_by_day
from catalog.selectors.offered import Owner, own_specialist, service_of, visible_resource, visible_specialist
from catalog.services import specialists
from catalog.slots import Slot
from common.api.views import ApiView
from common.api.wire import utc_text
from common.errors import Detail, NotFound
from common.rules import anyone, signed_in
from common.timeranges import TimeRange

# Whose booking it is, nobody else is told.
ANONYMOUS = "Busy"


class SlotsView(ApiView):
    """The slots of one calendar, day by day: its row, the service where one is named, and what is taken."""

    def answer(self, request: Request, owner: Owner | None) -> Response:
        owner = _there(owner)
        asked = valid_query(request, DaysQuery)
        service = _service(request, owner, asked.get("service_id"))
        zone = ZoneInfo(asked.get("timezone", owner.calendar.timezone))
        days = slots_by_day(owner.calendar, service, first=asked["start_date"], last=asked["end_date"], zone=zone)
        shown = [{"date": day.isoformat(), "slots": shown_slots(slots, zone)} for day, slots in days.items()]
        return Response({"timezone": zone.key, "available_slots": shown})


class SpecialistSlotsView(SlotsView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(
        operation_id="specialist_availability",
        summary="When a specialist is free",
        parameters=[DaysQuery],
        responses=AvailableSlotsSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.answer(request, visible_specialist(id, request.user))


class OwnSlotsView(SlotsView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="own_availability",
        summary="When I am free",
        parameters=[DaysQuery],
        responses=AvailableSlotsSerializer,
    )
    def get(self, request: Request) -> Response:
        # Whoever has only just registered as a specialist is given a calendar that is open on no day.
        return self.answer(
            request, own_specialist(request.user) or specialists.own_specialist(cast("User", request.user))
        )


class ResourceSlotsView(SlotsView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(
        operation_id="resource_availability",
        summary="When a resource is free",
        parameters=[DaysQuery],
        responses=AvailableSlotsSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.answer(request, visible_resource(id, request.user))


class AvailabilityView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="availability",
        summary="Is this time free, or each time of a series?",
        parameters=[AvailabilityQuery],
        responses=AvailabilitySerializer,
    )
    def get(self, request: Request) -> Response:
        asked = valid_query(request, AvailabilityQuery)
        whose = _whose(request, asked)
        answers = checked(whose.calendar, _times(asked, whose.calendar))
        kind = "resource" if isinstance(whose, Resource) else "specialist"
        shown = {
            f"{kind}_id": str(whose.pk),
            f"{kind}_name": str(whose),
            **_shown_check(_together(answers)),
            "duration": int(answers[0].time.duration.total_seconds()) // 60,
        }
        if "recurrence_rule" in asked:
            shown["occurrences"] = [_shown_check(answer) for answer in answers]
        return Response(shown)


class BulkAvailabilityView(ApiView):
    rules: ClassVar = {"post": signed_in}

    @extend_schema(
        operation_id="availability_bulk",
        summary="Which of these times are free?",
        request=BulkInput,
        responses=BulkSerializer,
    )
    def post(self, request: Request) -> Response:
        serializer = BulkInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        answers = checked(_whose(request, asked).calendar, asked["time_slots"])
        return Response({"results": [_shown_check(answer) for answer in answers]})


class ConflictsView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="conflicts",
        summary="What is in the way of this time, or of a series?",
        parameters=[AvailabilityQuery],
        responses=ConflictsSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = valid_query(request, AvailabilityQuery)
        calendar = _whose(request, asked).calendar
        found = conflicts_with(calendar, _times(asked, calendar))
        return Response({"has_conflicts": bool(found), "conflicts": _shown_conflicts(found)})


def _whose(request: Request, asked: dict[str, Any]) -> Owner:
    if "resource_id" in asked:
        return _there(visible_resource(asked["resource_id"], request.user))
    return _there(visible_specialist(asked["specialist_id"], request.user))


def _times(asked: dict[str, Any], calendar: Calendar) -> list[TimeRange]:
    """The time that is asked for or, with a rule, each time it names by the clock of the calendar's zone."""
    time = TimeRange(asked["start_time"], asked["end_time"])
    return times(asked["recurrence_rule"], time, calendar.zone) if "recurrence_rule" in asked else [time]


def _together(answers: Sequence[Checked]) -> Checked:
    """A series as one answer: it can be had if each of its times can, and the first that cannot says why."""
    if len(answers) == 1:
        return answers[0]
    reason = next((each.reason for each in answers if each.reason is not None), None)
    return Checked(answers[0].time, reason, sorted({time for each in answers for time in each.conflicts}))


def _there(owner: Owner | None) -> Owner:
    if owner is None:
        raise NotFound
    return owner


def _service(request: Request, owner: Owner, service_id: UUID | None) -> Service | None:
    if service_id is None:
        return None
    service = service_of(owner, service_id, request.user)
    if service is None:
        message = "This service does not exist here."
        raise NotFound(message, details=[Detail("service_id", message, "NOT_FOUND")])
    return service


class Written(dict[datetime, tuple[str, str]]):
    """Instants in UTC and as a clock in the zone shows them, each spelled once: slots share their edges."""

    def __init__(self, zone: ZoneInfo) -> None:
        super().__init__()
        self._zone = zone

    def __missing__(self, instant: datetime) -> tuple[str, str]:
        local = instant.astimezone(self._zone).time().isoformat("minutes")
        self[instant] = written = utc_text(instant), local
        return written


def shown_slots(slots: Iterable[Slot], zone: ZoneInfo) -> list[dict[str, Any]]:
    written = Written(zone)
    return [_shown_slot(slot, *written[slot.start], *written[slot.end]) for slot in slots]


def _shown_slot(slot: Slot, start: str, local_start: str, end: str, local_end: str) -> dict[str, Any]:
    shown = {
        "start_time": start,
        "end_time": end,
        "local_start_time": local_start,
        "local_end_time": local_end,
        "available": slot.reason is None,
    }
    return shown if slot.reason is None else {**shown, "reason": slot.reason.value}


def _shown_check(answer: Checked) -> dict[str, Any]:
    shown = {
        "start_time": utc_text(answer.time.start),
        "end_time": utc_text(answer.time.end),
        "available": answer.reason is None,
        "conflicts": _shown_conflicts(answer.conflicts),
    }
    return shown if answer.reason is None else {**shown, "reason": answer.reason.value}


def _shown_conflicts(times: Iterable[TimeRange]) -> list[dict[str, Any]]:
    return [
        {"id": None, "title": ANONYMOUS, "start_time": utc_text(each.start), "end_time": utc_text(each.end)}
        for each in times
    ]
