"""When somebody can be had, and what is in the way."""

from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

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
from catalog.models import Calendar, Resource, Service, Specialist
from catalog.selectors.availability import Checked, checked, conflicts_with, slots_by_day
from catalog.slots import Slot
from common.api.views import ApiView
from common.api.wire import utc_text
from common.errors import Detail, NotFound
from common.rules import anyone, signed_in
from common.timeranges import TimeRange

Owner = TypeVar("Owner", Specialist, Resource)

# Whose booking it is, nobody else is told.
ANONYMOUS = "Busy"


class SlotsView(ApiView):
    """The slots of one calendar, day by day: its row, the service where one is named, and what is taken."""

    def answer(self, request: Request, calendar: Calendar, services: Q) -> Response:
        asked = valid_query(request, DaysQuery)
        service = self._service(asked.get("service_id"), services)
        zone = ZoneInfo(asked.get("timezone", calendar.timezone))
        days = slots_by_day(calendar, service, first=asked["start_date"], last=asked["end_date"], zone=zone)
        shown = [
            {"date": day.isoformat(), "slots": [shown_slot(slot, zone) for slot in slots]}
            for day, slots in days.items()
        ]
        return Response({"timezone": zone.key, "available_slots": shown})

    def _service(self, service_id: UUID | None, services: Q) -> Service | None:
        if service_id is None:
            return None
        visible = Service.objects.visible_to(self.request.user).filter(services, pk=service_id)
        # Half of the request's work would be reading columns that no slot depends on.
        service = visible.only("duration_minutes", "buffer_before_minutes", "buffer_after_minutes").first()
        if service is None:
            message = "This service does not exist here."
            raise NotFound(message, details=[Detail("service_id", message, "NOT_FOUND")])
        return service


class SpecialistSlotsView(SlotsView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(
        operation_id="specialist_availability",
        summary="When a specialist is free",
        parameters=[DaysQuery],
        responses=AvailableSlotsSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        specialist = _found(Specialist, request, id)
        return self.answer(request, specialist.calendar, Q(owner=specialist) | Q(owner=None))


class OwnSlotsView(SlotsView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="own_availability",
        summary="When I am free",
        parameters=[DaysQuery],
        responses=AvailableSlotsSerializer,
    )
    def get(self, request: Request) -> Response:
        specialist = Specialist.objects.filter(user=request.user.pk).select_related("calendar").first()
        if specialist is None:
            raise NotFound
        return self.answer(request, specialist.calendar, Q(owner=specialist) | Q(owner=None))


class ResourceSlotsView(SlotsView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(
        operation_id="resource_availability",
        summary="When a resource is free",
        parameters=[DaysQuery],
        responses=AvailableSlotsSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        resource = _found(Resource, request, id)
        return self.answer(request, resource.calendar, Q(owner=None))


class AvailabilityView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="availability",
        summary="Is this time free?",
        parameters=[AvailabilityQuery],
        responses=AvailabilitySerializer,
    )
    def get(self, request: Request) -> Response:
        asked = valid_query(request, AvailabilityQuery)
        whose = _whose(request, asked)
        time = TimeRange(asked["start_time"], asked["end_time"])
        [answer] = checked(whose.calendar, [time])
        kind = "resource" if isinstance(whose, Resource) else "specialist"
        return Response(
            {
                f"{kind}_id": str(whose.pk),
                f"{kind}_name": str(whose),
                **_shown_check(answer),
                "duration": int(time.duration.total_seconds()) // 60,
            }
        )


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
        summary="What is in the way of this time?",
        parameters=[AvailabilityQuery],
        responses=ConflictsSerializer,
    )
    def get(self, request: Request) -> Response:
        asked = valid_query(request, AvailabilityQuery)
        time = TimeRange(asked["start_time"], asked["end_time"])
        found = conflicts_with(_whose(request, asked).calendar, [time])
        return Response({"has_conflicts": bool(found), "conflicts": _shown_conflicts(found)})


def _whose(request: Request, asked: dict[str, Any]) -> Specialist | Resource:
    if "resource_id" in asked:
        return _found(Resource, request, asked["resource_id"])
    return _found(Specialist, request, asked["specialist_id"])


def _found(kind: type[Owner], request: Request, pk: UUID) -> Owner:
    """With its calendar, among those that the caller may see."""
    visible: Any = kind._default_manager
    found: Owner | None = visible.visible_to(request.user).select_related("calendar").filter(pk=pk).first()
    if found is None:
        raise NotFound
    return found


def shown_slot(slot: Slot, zone: ZoneInfo) -> dict[str, Any]:
    shown = {
        "start_time": utc_text(slot.start),
        "end_time": utc_text(slot.end),
        "local_start_time": slot.start.astimezone(zone).time().isoformat("minutes"),
        "local_end_time": slot.end.astimezone(zone).time().isoformat("minutes"),
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
