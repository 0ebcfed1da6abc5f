"""On which days a specialist has something booked."""

from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from bookings.api.serializers.input import MonthQuery
from bookings.selectors.bookings import booked_dates
from catalog.api.queries import valid_query
from catalog.models import Specialist
from catalog.selectors.offered import visible_specialist
from common.api.fields import DateField, TextField
from common.api.serializers import StrictSerializer
from common.api.views import ApiView
from common.errors import NotFound
from common.rules import signed_in


class BookedDatesSerializer(StrictSerializer):
    """Days, and nothing of what is booked or by whom."""

    month = TextField()
    timezone = TextField()
    dates = serializers.ListField(child=DateField())


class BookedDatesView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="specialist_booked_dates",
        summary="The days of a month on which a specialist has something booked",
        parameters=[MonthQuery],
        responses=BookedDatesSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        specialist = visible_specialist(id, request.user)
        if specialist is None:
            raise NotFound
        return Response(shown_dates(request, specialist))


def shown_dates(request: Request, specialist: Specialist) -> dict[str, Any]:
    """The days of the month that the query names, by the specialist's own clock unless it names another."""
    asked = valid_query(request, MonthQuery)
    zone = ZoneInfo(asked.get("timezone", specialist.calendar.timezone))
    dates = booked_dates(specialist, date.fromisoformat(f"{asked['month']}-01"), zone)
    return {"month": asked["month"], "timezone": zone.key, "dates": dates}
