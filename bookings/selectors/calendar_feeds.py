"""Whose calendar an address stands for, and what is in it."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import Greatest

from accounts.keyed_hashes import keyed_hash, keyed_hashes
from accounts.models import User
from bookings.models import Booking, CalendarFeed
from common import clock

PURPOSE = "calendar-feed"
# 128 bits of either.
KEY_LENGTH = HASH_LENGTH = 32
TOKEN = re.compile(rf"[0-9a-f]{{{KEY_LENGTH + HASH_LENGTH}}}", re.ASCII)
# An app forgets what is no longer in the feed, so what was lately is kept in it for a while.
DAYS_BACK = timedelta(days=30)
# Half a millisecond each. Whoever has more to come sees the nearest.
MOST_ENTRIES = 1_000
_SHOWN = ("customer", "specialist__user", "resource", "service")
_CHANGES = (
    "updated_at",
    "customer__updated_at",
    "specialist__updated_at",
    "specialist__user__updated_at",
    "resource__updated_at",
    "service__updated_at",
)


@dataclass(frozen=True, slots=True)
class Version:
    """Tells one state of a feed from another, without reading all of it."""

    count: int
    changed_at: datetime | None
    since: datetime

    def etag(self, feed: CalendarFeed) -> str:
        told = f"{feed.key} {self.count} {self.changed_at} {self.since}"
        return f'"{sha256(told.encode()).hexdigest()[:32]}"'


def token_of(feed: CalendarFeed) -> str:
    """The secret part of the feed's address."""
    return feed.key.hex + keyed_hash(PURPOSE, feed.key.hex)[:HASH_LENGTH]


def find_feed(token: str) -> CalendarFeed | None:
    """The feed of an active person; one query at most. Forged addresses differ in no way from former ones."""
    if not TOKEN.fullmatch(token):
        return None
    key, given = token[:KEY_LENGTH], token[KEY_LENGTH:]
    matches = [hmac.compare_digest(each[:HASH_LENGTH], given) for each in keyed_hashes(PURPOSE, key)]
    if not any(matches):
        return None
    active = Q(user__is_active=True, user__erased_at=None)
    return CalendarFeed.objects.select_related("user").filter(active, key=UUID(key)).first()


def feed_version(user: User) -> Version:
    """One query. Names of places and people are part of the feed, so their changes are changes of it."""
    since = _since()
    found = _bookings_of(user, since).aggregate(count=Count("pk"), changed_at=Max(Greatest(*_CHANGES)))
    return Version(found["count"], found["changed_at"], since)


def feed_bookings(user: User) -> list[Booking]:
    """One's own as customer and as specialist, from the last weeks on; one query."""
    nearest = _bookings_of(user, _since()).select_related(*_SHOWN).order_by("starts_at", "pk")
    return list(nearest[:MOST_ENTRIES])


def _bookings_of(user: User, since: datetime) -> QuerySet[Booking]:
    mine = Q(customer=user) | Q(specialist__user=user)
    found: QuerySet[Booking] = Booking.objects.filter(mine, starts_at__gte=since)
    return found


def _since() -> datetime:
    """The start of a day, so that it differs once a day and not at every look."""
    return clock.now().replace(hour=0, minute=0, second=0, microsecond=0) - DAYS_BACK
