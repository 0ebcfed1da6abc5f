"""Bookings as staff look them up: by number, and by whom they are for."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.models.user import normal_email
from accounts.phones import NotAPhoneNumber, e164
from bookings.models import Booking

# A first name alone is shared by many. Whoever sees this many looks for something more exact.
MOST_PEOPLE = 200
SHORTEST_NAME = 2


def looked_up(bookings: QuerySet[Booking], text: str) -> QuerySet[Booking]:
    """Those whose number begins with the text, and those of people with this phone, e-mail address or name.

    People are found first, by one query: a condition on both tables at once would let PostgreSQL use no index.
    """
    text = text.strip().replace("\0", "")
    if not text:
        return bookings
    if text.upper().startswith("BK-"):
        return bookings.filter(number__startswith=text.upper())
    if (pk := _uuid(text)) is not None:
        return bookings.filter(Q(pk=pk) | Q(customer=pk))
    return bookings.filter(customer__in=_people(text))


def numbers_of(ids: Collection[UUID]) -> Mapping[UUID, str]:
    return dict(Booking.objects.filter(pk__in=ids).values_list("pk", "number"))


def _people(text: str) -> list[UUID]:
    found = User.objects.filter(_is_meant_by(text)).order_by()
    return list(found.values_list("pk", flat=True)[:MOST_PEOPLE])


def _is_meant_by(text: str) -> Q:
    if "@" in text:
        return Q(email=normal_email(text))
    return Q(phone_number=number) if (number := _phone(text)) else _named(text)


def _phone(text: str) -> str:
    """The number as it is kept; people leave the plus out."""
    try:
        return e164(text if text.startswith(("+", "0")) else f"+{text}")
    except NotAPhoneNumber:
        return ""


def _named(text: str) -> Q:
    """Each word begins the first or the last name; letters that begin half of all names tell nothing."""
    words = [word for word in text.split() if len(word) >= SHORTEST_NAME]
    if not words:
        return Q(pk=None)
    named = Q()
    for word in words[:4]:
        named &= Q(first_name__istartswith=word) | Q(last_name__istartswith=word)
    return named


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
