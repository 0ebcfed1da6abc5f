"""What every call on one booking does: find it, keep to the version that was read, answer it as it is now."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import transaction
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.serializers.booking import shown_detail
from bookings.models import Booking
from bookings.selectors.bookings import timeline_of, visible_booking
from bookings.transitions import locked
from common.api.versions import etag_of, require_version
from common.errors import NotFound


def found(pk: UUID, user: Any) -> Booking:
    """A booking that the user may see; a stranger's is as absent as one that never was."""
    booking = visible_booking(pk, user)
    if booking is None:
        raise NotFound
    return booking


@contextmanager
def unchanged_since_read(request: Request, booking: Booking) -> Iterator[None]:
    """Refuses what follows if `If-Match` names another version; compared under the lock, so nobody slips between."""
    if "If-Match" not in request.headers:
        yield
        return
    with transaction.atomic():
        require_version(request, locked(booking.pk))
        yield


def answered(booking: Booking, user: Any) -> Response:
    """The booking with its history, after something was done to it."""
    detail = shown_detail(booking, timeline_of(booking), user)
    return Response({"booking": detail}, headers={"ETag": etag_of(booking)})
