"""Opening and closing the address of one's calendar."""

from django.db import transaction

from accounts.models import User
from bookings.models import CalendarFeed
from common.ids import new_id


@transaction.atomic
def renew_feed(user: User) -> CalendarFeed:
    """A fresh address; the former one, if there was one, leads nowhere from now on."""
    feed, is_new = CalendarFeed.objects.select_for_update(no_key=True).get_or_create(user=user)
    if not is_new:
        feed.key = new_id()
        feed.save(update_fields=["key"])
    return feed


def end_feed(user: User) -> None:
    """Its address leads nowhere from now on. Ending what is not there changes nothing."""
    CalendarFeed.objects.filter(user=user.pk).delete()
