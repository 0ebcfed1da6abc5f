"""Bookings for the calendar apps of phones and desktops."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.urls import reverse
from django.utils.http import parse_etags
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from bookings.api.feed_authentication import FeedAuthentication
from bookings.api.serializers.calendars import CalendarFeedSerializer
from bookings.calendar_files import Method, State, calendar_file
from bookings.models import Booking, CalendarFeed
from bookings.selectors.calendar_entries import entry_of, organizer
from bookings.selectors.calendar_feeds import feed_bookings, feed_version, token_of
from bookings.services.calendar_feeds import end_feed, renew_feed
from common.api.envelope import Message
from common.api.views import ApiView
from common.errors import NotFound
from common.rules import anyone, signed_in

CONTENT_TYPE = "text/calendar; charset=utf-8"
FILE = {(200, "text/calendar"): OpenApiTypes.STR}


class CalendarFileView(ApiView):
    """Answers text/calendar, whatever was asked for: apps have many words for it. Errors are JSON as everywhere."""

    cache_control = "private, no-cache"

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)


class BookingFileView(CalendarFileView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="booking_calendar_file",
        summary="A booking as a calendar file",
        description="Opened again after a change, it changes the event that is there; cancelled, it takes it away.",
        responses=FILE,
    )
    def get(self, request: Request, id: UUID) -> HttpResponse:  # noqa: A002 - the path's word for it
        shown = Booking.objects.visible_to(request.user)
        booking = shown.select_related("customer", "specialist__user", "resource", "service").filter(pk=id).first()
        if booking is None:
            raise NotFound
        entry = entry_of(booking, caller_of(request), organizer=organizer())
        method = Method.CANCEL if entry.state is State.CANCELLED else Method.PUBLISH
        file = calendar_file([entry], method=method)
        answer = _answer(request, f'"{sha256(file).hexdigest()[:32]}"', lambda: file)
        answer["Content-Disposition"] = f'attachment; filename="{booking.number}.ics"'
        return answer


class FeedView(CalendarFileView):
    """Whoever knows the address reads the feed; nothing else is asked for, since apps can give nothing else."""

    rules: ClassVar = {"get": anyone}
    authentication_classes = (FeedAuthentication,)

    @extend_schema(
        operation_id="calendar_feed_file",
        summary="Somebody's bookings as a calendar to subscribe to",
        description="Send the `ETag` of the last answer as `If-None-Match`; 304 says that nothing has changed.",
        auth=[],
        responses=FILE,
    )
    def get(self, request: Request, token: str) -> HttpResponse:
        feed = request.auth
        if not isinstance(feed, CalendarFeed):
            raise NotFound

        def file() -> bytes:
            entries = [entry_of(each, feed.user, organizer=organizer()) for each in feed_bookings(feed.user)]
            return calendar_file(entries, name=organizer()[0])

        return _answer(request, feed_version(feed.user).etag(feed), file)


class OwnFeedView(ApiView):
    rules: ClassVar = {"get": signed_in, "post": signed_in, "delete": signed_in}

    @extend_schema(
        operation_id="calendar_feed",
        summary="The address of my calendar, if it has one",
        responses=CalendarFeedSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(_shown(CalendarFeed.objects.filter(user=request.user.pk).first()))

    @extend_schema(
        operation_id="calendar_feed_renew",
        summary="Give my calendar a fresh address",
        description="The former address, if there was one, leads nowhere from then on.",
        request=None,
        responses={201: CalendarFeedSerializer},
    )
    def post(self, request: Request) -> Response:
        shown = _shown(renew_feed(caller_of(request)))
        return Response(shown, status=201, headers={"Location": request.path})

    @extend_schema(
        operation_id="calendar_feed_end", summary="Close the address of my calendar", responses={200: Message}
    )
    def delete(self, request: Request) -> Response:
        end_feed(caller_of(request))
        return Response(Message("Your calendar has no address any more."))


def _shown(feed: CalendarFeed | None) -> dict[str, Any]:
    if feed is None:
        return {"url": None, "webcal_url": None}
    url = settings.PUBLIC_URL + reverse("calendar-feed-file", args=[token_of(feed)])
    _, _, rest = url.partition("://")
    return {"url": url, "webcal_url": f"webcal://{rest}"}


def _answer(request: Request, etag: str, file: Callable[[], bytes]) -> HttpResponse:
    known = parse_etags(request.headers.get("If-None-Match", "")[:1_000])
    if "*" in known or etag in {each.removeprefix("W/") for each in known}:
        return HttpResponse(status=304, headers={"ETag": etag})
    return HttpResponse(file(), content_type=CONTENT_TYPE, headers={"ETag": etag})
