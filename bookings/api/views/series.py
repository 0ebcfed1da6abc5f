"""Series of bookings: booked, looked at, changed, called off, and single dates that are not as the rule says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from accounts.models import User
from bookings.api.answers import found
from bookings.api.serializers.booking import BookingAnswerSerializer, shown_booking, shown_detail
from bookings.api.serializers.series import (
    BookedSeriesSerializer,
    CancelledSeriesSerializer,
    CancelScopeQuery,
    ChangedSeriesSerializer,
    ExceptionAnswerSerializer,
    ExceptionInput,
    OccurrenceInput,
    OnConflict,
    PreviewSerializer,
    RecurringInput,
    Scope,
    ScopeQuery,
    SeriesChangeInput,
    SeriesDetailSerializer,
    shown_booked,
    shown_changed,
    shown_exception,
    shown_preview,
    shown_series,
)
from bookings.enums import ExceptionType
from bookings.errors import CannotBook
from bookings.models import Booking, Series
from bookings.selectors.bookings import timeline_of
from bookings.selectors.series import bookings_of, exceptions_of, visible_series
from bookings.selectors.wanted import wanted_resource, wanted_service
from bookings.services.actors import actor_on, actor_on_series, customer
from bookings.services.booking import not_bookable, require_offered
from bookings.services.changing import CUSTOMERS
from bookings.services.drafting import Details
from bookings.services.expected import EXPECTATIONS, Expected
from bookings.services.series_booking import Asked, book_series, book_what_is_free, locked_series, preview_series
from bookings.services.series_cancelling import cancel_series, cancel_series_from
from bookings.services.series_changing import SeriesChange, change_series, change_series_from
from bookings.services.series_exceptions import NewDetails, add_back, cancel_date, change_date
from bookings.services.series_retiming import NewTimes
from bookings.services.times import start_of, time_between
from catalog.api.queries import valid_query
from catalog.models import Resource, Service
from common.api.idempotency import idempotent
from common.api.rate_scopes import BOOKING_CREATION
from common.api.serializers import StrictSerializer
from common.api.versions import etag_of, require_version
from common.api.views import ApiView
from common.errors import Detail, NotFound
from common.rules import signed_in

DETAILS = ("title", "description", "notes", "attendees", "metadata", "answers", "payment_method")


class RecurringBookingsView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (BOOKING_CREATION,)}

    @extend_schema(
        operation_id="booking_series_create",
        summary="Book a series",
        description="All dates or, with on_conflict=skip, those that can be had; on_conflict=report books nothing.",
        request=RecurringInput,
        responses={201: BookedSeriesSerializer, 200: OpenApiResponse(PreviewSerializer, "What would be booked.")},
    )
    @idempotent(required=False)
    def post(self, request: Request) -> Response:
        sent = _valid(RecurringInput, request)
        user = caller_of(request)
        asked = _asked(sent, user)
        if sent["on_conflict"] == OnConflict.REPORT:
            return Response(shown_preview(preview_series(asked, actor=customer(user))))
        book = book_what_is_free if sent["on_conflict"] == OnConflict.SKIP else book_series
        booked = book(asked, actor=customer(user))
        path = request.path.removesuffix("/recurring")
        headers = {"Location": f"{path}/series/{booked.series.pk}", "ETag": etag_of(booked.series)}
        return Response(shown_booked(booked), status=201, headers=headers)


class SeriesView(ApiView):
    rules: ClassVar = {"get": signed_in, "patch": signed_in, "delete": signed_in}

    @extend_schema(operation_id="booking_series", summary="A series", responses=SeriesDetailSerializer)
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        series = _found_series(id, request.user)
        bookings = bookings_of(series)
        ids = {each.recurrence_id: each.pk for each in bookings}
        exceptions = [shown_exception(each, series, ids.get(each.recurrence_id)) for each in exceptions_of(series)]
        skipped = [each for each in exceptions if each["exception_type"] == ExceptionType.SKIPPED]
        shown = {
            "series": shown_series(series),
            "bookings": [shown_booking(each) for each in bookings],
            "skipped": [{"date": each["date"], "reason": each["reason"]} for each in skipped],
            "exceptions": exceptions,
        }
        return Response(shown, headers={"ETag": etag_of(series)})

    @extend_schema(
        operation_id="booking_series_change",
        summary="Change what is to come of a series",
        parameters=[ScopeQuery],
        request=SeriesChangeInput,
        responses=ChangedSeriesSerializer,
    )
    def patch(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        series = _found_series(id, request.user)
        actor = actor_on_series(series, caller_of(request))
        asked = valid_query(request, ScopeQuery)
        change = _change(_valid(SeriesChangeInput, request))
        with _unchanged_since_read(request, series):
            if asked["scope"] == Scope.FOLLOWING:
                changed = change_series_from(series.pk, asked["from"], change, actor=actor)
            else:
                changed = change_series(series.pk, change, actor=actor)
        return Response(shown_changed(changed), headers={"ETag": etag_of(changed.series)})

    @extend_schema(
        operation_id="booking_series_cancel",
        summary="Cancel what is to come of a series",
        parameters=[CancelScopeQuery],
        responses=CancelledSeriesSerializer,
    )
    def delete(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        series = _found_series(id, request.user)
        actor = actor_on_series(series, caller_of(request))
        asked = valid_query(request, CancelScopeQuery)
        with _unchanged_since_read(request, series):
            if asked["scope"] == Scope.FOLLOWING:
                cancelled = cancel_series_from(series.pk, asked["from"], actor=actor, reason=asked["reason"])
            else:
                cancelled = cancel_series(series.pk, actor=actor, reason=asked["reason"])
        shown = {
            "series": shown_series(cancelled.series),
            "bookings": [shown_booking(each) for each in cancelled.bookings],
        }
        return Response(shown, headers={"ETag": etag_of(cancelled.series)})


class ExceptionsView(ApiView):
    rules: ClassVar = {"post": signed_in}

    @extend_schema(
        operation_id="booking_exception_create",
        summary="Cancel or change one date of a series",
        request=ExceptionInput,
        responses={201: ExceptionAnswerSerializer},
    )
    @idempotent(required=False)
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        booking, series_id = _of_a_series(id, request.user)
        actor = actor_on(booking, caller_of(request))
        asked = _valid(ExceptionInput, request)
        day, reason = asked["exception_date"], asked["reason"]
        if asked["exception_type"] == ExceptionType.CANCELLED:
            exception, of_day = cancel_date(series_id, day, actor=actor, reason=reason)
        else:
            new = NewDetails(asked.get("new_start_time"), asked.get("new_end_time"), asked.get("new_title"))
            exception, of_day = change_date(series_id, day, new, actor=actor, reason=reason)
        shown = shown_detail(of_day, timeline_of(of_day), request.user)
        answer = {"exception": shown_exception(exception, exception.series, of_day.pk), "booking": shown}
        return Response(answer, status=201, headers={"Location": _path_of(of_day), "ETag": etag_of(of_day)})


class OccurrencesView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (BOOKING_CREATION,)}

    @extend_schema(
        operation_id="booking_occurrence_create",
        summary="Add a skipped date of a series back",
        request=OccurrenceInput,
        responses={201: BookingAnswerSerializer},
    )
    @idempotent(required=False)
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        booking, series_id = _of_a_series(id, request.user)
        actor = actor_on(booking, caller_of(request))
        added = add_back(series_id, _valid(OccurrenceInput, request)["date"], actor=actor)
        shown = shown_detail(added, timeline_of(added), request.user)
        headers = {"Location": _path_of(added), "ETag": etag_of(added)}
        return Response({"booking": shown}, status=201, headers=headers)


@contextmanager
def _unchanged_since_read(request: Request, series: Series) -> Iterator[None]:
    """Refuses what follows if `If-Match` names another version; compared under the lock, so nobody slips between."""
    if "If-Match" not in request.headers:
        yield
        return
    with transaction.atomic():
        require_version(request, locked_series(series.pk))
        yield


def _valid(kind: type[StrictSerializer], request: Request) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    valid: dict[str, Any] = serializer.validated_data
    return valid


def _asked(sent: Mapping[str, Any], user: User) -> Asked:
    offer = _wanted(sent)
    own = offer.calendar if isinstance(offer, Resource) else offer.owner.calendar if offer.owner else None
    zone = ZoneInfo(sent["timezone"]) if "timezone" in sent else own.zone if own else ZoneInfo("UTC")
    start: datetime = sent["start_time"] or start_of(sent["booking_date"], sent["booking_time"], zone)
    return Asked(
        customer=user,
        offer=offer,
        start=start,
        duration=offer.duration if isinstance(offer, Service) else time_between(start, sent["end_time"]).duration,
        rule=sent["recurrence_rule"],
        zone=zone,
        details=Details(**{name: sent[name] for name in DETAILS if name in sent}),
        expected=Expected(**{name: sent[name] for name in EXPECTATIONS if name in sent}),
        is_aligned=sent["align_start"],
    )


def _wanted(sent: Mapping[str, Any]) -> Service | Resource:
    name = "resource_id" if "resource_id" in sent else "service_id"
    offer: Service | Resource | None = (
        wanted_resource(sent[name]) if name == "resource_id" else wanted_service(sent[name])
    )
    if offer is None:
        raise not_bookable(name)
    if isinstance(offer, Service):
        require_offered(offer)
    return offer


def _change(sent: Mapping[str, Any]) -> SeriesChange:
    names = ("start_time", "end_time", "recurrence_rule")
    times = NewTimes(*(sent.get(name) for name in names)) if any(name in sent for name in names) else None
    return SeriesChange({name: sent[name] for name in CUSTOMERS if name in sent}, times)


def _found_series(pk: UUID, user: Any) -> Series:
    series = visible_series(pk, user)
    if series is None:
        raise NotFound
    return series


def _of_a_series(pk: UUID, user: Any) -> tuple[Booking, UUID]:
    booking = found(pk, user)
    if booking.series_id is None:
        message = "This booking does not repeat."
        raise CannotBook(message, [Detail("", message, "NOT_RECURRING")])
    return booking, booking.series_id


def _path_of(booking: Booking) -> str:
    return f"/api/v1/bookings/{booking.pk}"
