"""Series as people look at them."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookings.models import Booking, Series, SeriesException
from bookings.selectors.bookings import shown


def visible_series(pk: UUID, user: Any) -> Series | None:
    visible: QuerySet[Series] = Series.objects.visible_to(user)
    return visible.filter(pk=pk).select_related("customer", "specialist", "resource", "service").first()


def bookings_of(series: Series) -> list[Booking]:
    """In the order of their dates."""
    return list(shown(Booking.objects.filter(series=series)).order_by("recurrence_id"))


def exceptions_of(series: Series) -> list[SeriesException]:
    return list(SeriesException.objects.filter(series=series).order_by("recurrence_id"))


def shown_dates(series: Series, most: int) -> list[Booking]:
    """The first of its bookings, as the desk lists them."""
    return list(Booking.objects.filter(series=series).order_by("recurrence_id")[:most])
