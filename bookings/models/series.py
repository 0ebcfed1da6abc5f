"""A booking that repeats: its rule, and the dates that differ from it. Each occurrence is a booking of its own."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, NewType, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from bookings.enums import ExceptionType, PaymentMethod, SeriesStatus, Source
from catalog.models import Resource, Service, Specialist
from catalog.recurrence import MOST_CHARACTERS, wall_clock
from common.models.base import BaseModel

SeriesId = NewType("SeriesId", UUID)

# Canonical text is no longer than what was written, but for an UNTIL in place of a COUNT.
LONGEST_RULE = MOST_CHARACTERS + 100


class SeriesQuerySet(models.QuerySet["Series"]):
    def visible_to(self, user: Any) -> Self:
        """One's own, and those on one's own calendar."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(customer=user) | Q(specialist__user=user))

    def like(self, series: "Series", since: datetime) -> Self:
        """Those that the same customer has asked for in the same way since then."""
        alike = ("customer", "service", "resource", "starts_at", "rule", "timezone", "duration_minutes")
        same = {name: getattr(series, name) for name in alike}
        return self.filter(**same, status=SeriesStatus.ACTIVE, created_at__gte=since)

    def rolling(self) -> Self:
        """Open-ended ones, which are booked ahead a bit further every night."""
        return self.filter(is_open_ended=True, status=SeriesStatus.ACTIVE)


class Series(BaseModel):
    """`rule` is canonical text; occurrences keep their wall time in `timezone`, from `starts_at` on.

    It keeps what its bookings were made of, so that more of them can be made: every night for a series without an end,
    and for a date that was skipped and is added back. A series that was split for "this and following" ends by an UNTIL
    of its own, and `split_from` leads back to it.
    """

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="booking_series")
    specialist = models.ForeignKey(Specialist, models.PROTECT, null=True, blank=True, related_name="booking_series")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, blank=True, related_name="booking_series")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="booking_series")
    split_from = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="continued_by")
    status = models.CharField(max_length=10, choices=SeriesStatus.choices, default=SeriesStatus.ACTIVE)
    booked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.API)
    title = models.CharField(max_length=200, blank=True)
    description = models.TextField(max_length=2_000, blank=True)
    notes = models.TextField(max_length=2_000, blank=True)
    attendees = ArrayField(models.CharField(max_length=254), default=list, blank=True, size=100)
    metadata = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    payment_method = models.CharField(max_length=10, choices=PaymentMethod.choices, blank=True)
    rule = models.CharField(max_length=LONGEST_RULE)
    timezone = models.CharField(max_length=64)
    starts_at = models.DateTimeField()
    # What clocks show at the start. The rule goes by it, also where clocks skip that time on the first day itself.
    local_date = models.DateField()
    local_time = models.TimeField()
    duration_minutes = models.PositiveIntegerField()
    is_open_ended = models.BooleanField(default=False)
    # Occurrences up to here are bookings already.
    booked_until = models.DateTimeField()
    # Increases with every change, for calendar feeds.
    sequence = models.PositiveIntegerField(default=0)

    objects: ClassVar = SeriesQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name_plural = "series"
        constraints: ClassVar = [
            models.CheckConstraint(name="series_status_is_known", condition=Q(status__in=SeriesStatus.values)),
            models.CheckConstraint(name="series_takes_time", condition=Q(duration_minutes__gte=1)),
            models.CheckConstraint(
                name="series_is_with_somebody_or_something",
                condition=Q(specialist__isnull=False) | Q(resource__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["booked_until"], name="series_that_roll", condition=Q(is_open_ended=True, status="active")
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.rule

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes)

    @property
    def local_start(self) -> datetime:
        """The start on its own clock; of a time that is shown twice, the right one of both."""
        wanted = datetime.combine(self.local_date, self.local_time)
        shown = wall_clock(self.starts_at, self.zone)
        return shown if shown == wanted else wanted


class SeriesException(BaseModel):
    """A date of the series that is not as the rule says. `recurrence_id` is when it would have started.

    A modified one keeps the title and the times that were given to it; what is empty follows the series.
    """

    series = models.ForeignKey(Series, models.CASCADE, related_name="exceptions")
    recurrence_id = models.DateTimeField()
    type = models.CharField(max_length=10, choices=ExceptionType.choices)
    title = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["recurrence_id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "recurrence_id"], name="one_exception_per_date_of_a_series"),
            models.CheckConstraint(name="series_exception_type_is_known", condition=Q(type__in=ExceptionType.values)),
            models.CheckConstraint(
                name="series_exception_is_given_a_whole_time",
                condition=Q(starts_at=None, ends_at=None)
                | Q(starts_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("starts_at"), type="modified"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.recurrence_id:%Y-%m-%d}"
