"""Booking, and one's bookings."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from accounts.models import User
from bookings.api.answers import answered, found, unchanged_since_read
from bookings.api.filters import BookingFilterSet
from bookings.api.serializers.booking import (
    BookedSerializer,
    BookingAnswerSerializer,
    BookingDetailSerializer,
    OwnBookingSerializer,
    shown_detail,
    shown_to,
)
from bookings.api.serializers.input import BookingInput, CancelInput, ChangeInput
from bookings.models import Booking
from bookings.selectors.bookings import in_order, latest_first, own_bookings, timeline_of
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import actor_on, customer
from bookings.services.booking import book_appointment, book_reservation, not_bookable, require_offered
from bookings.services.cancelling import cancel_booking
from bookings.services.changing import CUSTOMERS, SPECIALISTS, change_booking
from bookings.services.drafting import Details
from bookings.services.expected import EXPECTATIONS, Expected, require_expected
from bookings.services.rescheduling import reschedule_booking
from bookings.services.times import start_of, time_between
from catalog.api.queries import valid_query
from common.api.idempotency import idempotent
from common.api.pagination import PageNumberPagination
from common.api.query import parameters
from common.api.rate_scopes import BOOKING_CREATION
from common.api.serializers import validated
from common.api.versions import etag_of
from common.api.viewsets import ListMixin, ResourceViewSet
from common.rules import signed_in

DETAILS = ("title", "description", "notes", "attendees", "metadata", "answers", "payment_method")


@extend_schema_view(list=extend_schema(operation_id="bookings", summary="My bookings"))
class BookingViewSet(ListMixin, ResourceViewSet):
    model = Booking
    serializer_class = OwnBookingSerializer
    filterset_class = BookingFilterSet
    input_serializers: ClassVar = {"create": BookingInput, "update": ChangeInput, "partial_update": ChangeInput}
    list_name = "bookings"
    rules: ClassVar = {
        "list": signed_in,
        "create": signed_in,
        "retrieve": signed_in,
        "update": signed_in,
        "partial_update": signed_in,
        "destroy": signed_in,
    }
    rate_scopes: ClassVar = {"create": (BOOKING_CREATION,)}

    def get_queryset(self) -> QuerySet[Booking]:
        return latest_first(super().get_queryset())

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """As it is nearly always asked for, without a filter, it is two statements that are compiled once."""
        pages = PageNumberPagination()
        if not parameters(request).keys() <= pages.names:
            return super().list(request, *args, **kwargs)
        user = caller_of(request)
        pks, pages.total = own_bookings(user, pages.offset_of(request), pages.limit)
        return pages.get_paginated_response([shown_to(each, user) for each in in_order(pks)], name=self.list_name)

    def paginate_queryset(self, queryset: Any) -> Any:
        """Ids first: to compile a statement with all that is shown costs more than to run two small ones."""
        return in_order(super().paginate_queryset(queryset.values_list("pk", flat=True)) or [])

    @extend_schema(
        operation_id="booking_create",
        summary="Book an appointment or reserve a resource",
        description="An appointment is of a service's length, with the specialist who offers it.",
        responses={201: BookedSerializer},
    )
    @idempotent(required=False)
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        asked: dict[str, Any] = validated(BookingInput, request.data)
        user = caller_of(request)
        booking = _reserved(asked, user) if "resource_id" in asked else _appointed(asked, user)
        headers = {"Location": f"{request.path}/{booking.pk}", "ETag": etag_of(booking)}
        return Response({"booking": shown_to(booking, user)}, status=201, headers=headers)

    @extend_schema(operation_id="booking", summary="A booking", responses=BookingDetailSerializer)
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._shown(found(kwargs["pk"], request.user))

    @extend_schema(
        operation_id="booking_replace", summary="Change or move a booking", responses=BookingDetailSerializer
    )
    def update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._changed(kwargs["pk"])

    @extend_schema(operation_id="booking_change", summary="Change some of a booking", responses=BookingDetailSerializer)
    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return self._changed(kwargs["pk"])

    @extend_schema(
        operation_id="booking_cancel_by_delete",
        summary="Cancel a booking",
        parameters=[CancelInput],
        responses=BookingAnswerSerializer,
    )
    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        booking = found(kwargs["pk"], request.user)
        actor = actor_on(booking, caller_of(request))
        asked = valid_query(request, CancelInput)
        with unchanged_since_read(request, booking):
            booking = cancel_booking(
                booking, actor=actor, reason=asked["reason"], tell_attendees=asked["notify_attendees"]
            )
        return answered(booking, request.user)

    def _changed(self, pk: Any) -> Response:
        """Moves the booking and writes into it, both or neither."""
        booking = found(pk, self.request.user)
        actor = actor_on(booking, caller_of(self.request))
        asked: dict[str, Any] = self.valid_input(partial=True).validated_data
        reason = asked.get("reason", "")
        changes = {name: asked[name] for name in CUSTOMERS | SPECIALISTS if name in asked}
        starts_at, ends_at = _new_time(asked, booking)
        with unchanged_since_read(self.request, booking), transaction.atomic():
            booking = reschedule_booking(booking, starts_at=starts_at, ends_at=ends_at, actor=actor, reason=reason)
            require_expected(booking, _expected(asked))
            if changes:
                booking = change_booking(booking, changes, actor=actor, reason=reason)
        return self._shown(found(booking.pk, self.request.user))

    def _shown(self, booking: Booking) -> Response:
        detail = shown_detail(booking, timeline_of(booking), self.request.user)
        return Response(detail, headers={"ETag": etag_of(booking)})


def _appointed(asked: Mapping[str, Any], user: User) -> Booking:
    service = wanted_service(asked["service_id"])
    if service is None:
        raise not_bookable("service_id")
    require_offered(service)
    return book_appointment(
        service=service,
        starts_at=_start(asked, service.owner.calendar.zone) if service.owner else asked["start_time"],
        customer=user,
        actor=customer(user),
        details=_details(asked),
        expected=_expected(asked),
    )


def _reserved(asked: Mapping[str, Any], user: User) -> Booking:
    resource = wanted_resource(asked["resource_id"])
    if resource is None:
        raise not_bookable("resource_id")
    return book_reservation(
        resource=resource,
        time=time_between(_start(asked, resource.calendar.zone), asked["end_time"]),
        customer=user,
        actor=customer(user),
        details=_details(asked),
        expected=_expected(asked),
    )


def _start(asked: Mapping[str, Any], zone: ZoneInfo) -> datetime:
    instant: datetime | None = asked["start_time"]
    return instant or start_of(asked["booking_date"], asked["booking_time"], zone)


def _new_time(asked: Mapping[str, Any], booking: Booking) -> tuple[datetime, datetime | None]:
    """The start that is asked for, else the one it has; the end only where it is named, since the length stays."""
    named = asked["start_time"] is not None or "booking_date" in asked
    return _start(asked, booking.zone) if named else booking.starts_at, asked.get("end_time")


def _details(asked: Mapping[str, Any]) -> Details:
    return Details(**{name: asked[name] for name in DETAILS if name in asked})


def _expected(asked: Mapping[str, Any]) -> Expected:
    return Expected(**{name: asked[name] for name in EXPECTATIONS if name in asked})
