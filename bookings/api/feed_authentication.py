"""Who a feed's address stands for. Its owner's limits count what is asked there, not those of an app's servers."""

from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.models import User
from bookings.models import CalendarFeed
from bookings.selectors.calendar_feeds import find_feed


class FeedAuthentication(BaseAuthentication):
    """Of views that only show the feed. Whoever has no such address stays nobody, limited as such."""

    def authenticate(self, request: Request) -> tuple[User, CalendarFeed] | None:
        feed = find_feed(str(request.parser_context["kwargs"]["token"]))
        return None if feed is None else (feed.user, feed)
