"""Somebody's time: a specialist, a room and a partner each own one calendar."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar, NewType, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import DateTimeRangeField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from catalog.hours import DAYS, stored_ranges
from catalog.lanes import MOST_CAPACITY
from catalog.opening import OpeningHours
from catalog.slots import Buffers
from common.models.base import BaseModel
from common.models.platform.fields import check_timezone
from common.timeranges import TimeRange

CalendarId = NewType("CalendarId", UUID)

LONGEST_TIME_OFF = timedelta(days=732)
MOST_BUFFER_MINUTES = 24 * 60


class Calendar(BaseModel):
    """`number` is given by the database and stays: the lanes number·1024 … number·1024+1023 are this calendar's.

    Hours are kept as `catalog.hours` writes them. `version` changes with everything that can change what is free, for
    caches; it is not part of what one edits, so `updated_at` stays as it is when somebody books.
    """

    # The default here only makes Django leave the value to the database; a migration turns it into an identity.
    number = models.BigIntegerField(unique=True, editable=False, db_default=0)
    timezone = models.CharField("time zone", max_length=64, default="Asia/Kolkata", validators=[check_timezone])
    step_minutes = models.PositiveSmallIntegerField(
        "a start every, minutes",
        default=30,
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(24 * 60)],
        help_text="Empty: each start follows as soon as the service before it is over.",
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        "free before, minutes", default=0, validators=[MaxValueValidator(MOST_BUFFER_MINUTES)]
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        "free after, minutes", default=0, validators=[MaxValueValidator(MOST_BUFFER_MINUTES)]
    )
    minimum_notice_minutes = models.PositiveIntegerField(
        "least notice, minutes",
        null=True,
        blank=True,
        validators=[MaxValueValidator(43_200)],
        help_text="Empty: as in the platform's settings.",
    )
    horizon_days = models.PositiveSmallIntegerField(
        "bookable ahead, days",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
        help_text="Empty: as in the platform's settings.",
    )
    daily_limit = models.PositiveSmallIntegerField(
        "most bookings a day",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Counted on the calendar's own days. Empty: no limit.",
    )
    capacity = models.PositiveSmallIntegerField(
        "at the same time",
        default=1,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_CAPACITY)],
        help_text="How many bookings may run side by side.",
    )
    weekly_hours = models.JSONField(default=dict, blank=True)
    hours_overrides = models.JSONField(default=dict, blank=True)
    version = models.BigIntegerField(default=1, editable=False)

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                name="calendar_capacity_fits_its_lanes", condition=Q(capacity__gte=1, capacity__lte=MOST_CAPACITY)
            ),
            models.CheckConstraint(
                name="calendar_step_is_positive", condition=Q(step_minutes=None) | Q(step_minutes__gte=5)
            ),
            models.CheckConstraint(
                name="calendar_daily_limit_is_positive", condition=Q(daily_limit=None) | Q(daily_limit__gte=1)
            ),
            models.CheckConstraint(
                name="calendar_buffers_are_at_most_a_day",
                condition=Q(
                    buffer_before_minutes__lte=MOST_BUFFER_MINUTES, buffer_after_minutes__lte=MOST_BUFFER_MINUTES
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"Calendar {self.number}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def buffers(self) -> Buffers:
        return Buffers(timedelta(minutes=self.buffer_before_minutes), timedelta(minutes=self.buffer_after_minutes))

    @property
    def hours(self) -> OpeningHours:
        weekly: Mapping[str, Any] = self.weekly_hours
        return OpeningHours(
            self.zone,
            {day: stored_ranges(weekly[name]) for day, name in enumerate(DAYS) if name in weekly},
            {date.fromisoformat(day): stored_ranges(ranges) for day, ranges in self.hours_overrides.items()},
        )


class TimeOffQuerySet(models.QuerySet["TimeOff"]):
    def visible_to(self, user: Any) -> Self:
        """One's own: time off is nobody else's business."""
        return self.filter(calendar__specialist__user=user) if user.is_authenticated else self.none()

    def overlapping(self, time: TimeRange) -> Self:
        return self.filter(during__overlap=time.to_postgres())

    def in_series_of(self, off: "TimeOff") -> Self:
        """All that was taken together with it; only itself if it was taken alone."""
        return self.filter(pk=off.pk) if off.series_id is None else self.filter(series_id=off.series_id)

    def starting_from(self, moment: datetime) -> Self:
        return self.filter(during__startswith__gte=moment)


class TimeOff(BaseModel):
    """Holidays, lunch, a day at the dentist's. Times off may overlap; their union is what closes the calendar."""

    calendar = models.ForeignKey(Calendar, models.CASCADE, related_name="times_off")
    during = DateTimeRangeField()
    reason = models.CharField(max_length=200, blank=True)
    is_forced = models.BooleanField(
        "over bookings",
        default=False,
        editable=False,
        help_text="Bookings in this time stay, and need somebody's care.",
    )
    # What was taken by one rule has one id, and can be ended together.
    series_id = models.UUIDField("series", null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )

    objects: ClassVar = TimeOffQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name = "time off"
        verbose_name_plural = "times off"
        permissions: ClassVar = [("force_timeoff", "Can give time off over bookings")]
        indexes: ClassVar = [
            models.Index(fields=["series_id"], name="time_off_of_a_series", condition=Q(series_id__isnull=False)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="time_off_is_a_bounded_half_open_time",
                condition=Q(
                    during__isempty=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                    during__endswith__lte=F("during__startswith") + LONGEST_TIME_OFF,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.reason or "Time off"

    @property
    def time(self) -> TimeRange:
        return TimeRange.from_postgres(self.during)
