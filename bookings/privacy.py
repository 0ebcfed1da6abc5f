"""What is kept of a person here, and how it is erased.

Bookings stay: they are the history of two sides, and the ledger refers to them. What people wrote into them goes, and
where they live; each side's words are its own. The timeline stays as it was written, but for nobody's name in it.
"""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Now

from bookings.models import Booking, CalendarFeed, CheckoutPreview, Series, SeriesException
from common.personal_data import PersonalData, plain_rows

# What customers write; address and contact are those of their visits.
OF_CUSTOMERS = (
    *("title", "description", "notes", "attendees", "metadata", "answers", "address", "contact"),
    "cancellation_reason",
)
OF_SPECIALISTS = ("meeting_link", "preparation_notes", "completion_notes", "deliverables")
OF_SERIES = ("title", "description", "notes", "attendees", "metadata", "answers")
OF_EXCEPTIONS = ("title", "reason")

_FACTS = (
    *("number", "kind", "status", "starts_at", "ends_at", "timezone", "currency", "total_minor", "payment_status"),
    *("payment_method", "created_at"),
)


def export(user: Any) -> dict[str, Any]:
    feed = CalendarFeed.objects.filter(user=user.pk).first()
    return {
        "bookings": plain_rows(Booking.objects.of_customer(user), *_FACTS, *OF_CUSTOMERS),
        "series": plain_rows(Series.objects.filter(customer=user.pk), "rule", "timezone", "starts_at", *OF_SERIES),
        "given": plain_rows(Booking.objects.of_specialist(user), *_FACTS, *OF_SPECIALISTS),
        "invited_to": plain_rows(Booking.objects.attended_by(user), "title", "starts_at", "ends_at"),
        "checkouts": plain_rows(CheckoutPreview.objects.filter(customer=user.pk), "quote", "starts_at", "created_at"),
        "calendar_feed_since": feed.updated_at.isoformat() if feed is not None else None,
    }


def erase(user: Any) -> None:
    """Leaves bookings without words, and nobody reads the calendar of somebody who is gone.

    A checkout that holds a time keeps it for its last minute or two, with nobody's name in it.
    """
    CalendarFeed.objects.filter(user=user.pk).delete()
    CheckoutPreview.objects.filter(customer=user.pk, is_holding=False).delete()
    _blank(Booking.objects.of_customer(user), OF_CUSTOMERS)
    _blank(Booking.objects.of_specialist(user), OF_SPECIALISTS)
    _blank(Series.objects.filter(customer=user.pk), OF_SERIES)
    _blank(SeriesException.objects.filter(series__customer=user.pk), OF_EXCEPTIONS)
    uninvited = Func(F("attendees"), Value(str(user.pk)), function="array_remove", output_field=models.Field())
    for model in (Booking, Series):
        invited = model._default_manager.filter(attendees__contains=[str(user.pk)])
        invited.update(attendees=uninvited, updated_at=Now())


def _blank(rows: "models.QuerySet[Any]", names: tuple[str, ...]) -> None:
    """Each of the columns as a row has it into which nobody has written anything."""
    fields: Mapping[str, Any] = {field.name: field for field in rows.model._meta.concrete_fields}
    rows.update(**{name: fields[name].get_default() for name in names}, updated_at=Now())


PERSONAL_DATA = PersonalData("bookings", export=export, erase=erase)
