"""How a list of bookings is narrowed."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from bookings.enums import BookingKind, BookingStatus, Role
from common.api.filters import DateFilter, IdFilter, StrictFilterSet, WordFilter
from common.walltime import day_range


class RoleFilter(WordFilter):
    """As whom one looks: what one has booked, or what is booked with oneself."""

    def __init__(self, **options: Any) -> None:
        super().__init__(words=[Role.CUSTOMER.value, Role.SPECIALIST.value], **options)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        user = self.parent.request.user
        mine: Any = qs
        found: QuerySet[Any] = mine.of_customer(user) if value == Role.CUSTOMER else mine.of_specialist(user)
        return found


class DayFilter(DateFilter):
    """A day of the user's own time zone. What runs past midnight is found on both days."""

    def __init__(self, *, is_last: bool, **options: Any) -> None:
        self.is_last = is_last
        super().__init__(**options)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if not value:
            return qs
        day = day_range(value, ZoneInfo(self.parent.request.user.timezone))
        return qs.filter(starts_at__lt=day.end) if self.is_last else qs.filter(ends_at__gt=day.start)


class BookingFilterSet(StrictFilterSet):
    status = WordFilter("status", words=BookingStatus.choices)
    kind = WordFilter("kind", words=BookingKind.choices)
    start_date = DayFilter(is_last=False, label="From this day on, in the time zone of your profile.")
    end_date = DayFilter(is_last=True, label="Until this day, which is included.")
    series_id = IdFilter("series_id")
    role = RoleFilter(label="What I have booked, or what is booked with me.")

    ranges: ClassVar = (("start_date", "end_date"),)
