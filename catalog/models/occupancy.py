"""Every use of time is one row here, and one constraint keeps any two of them apart."""

from datetime import timedelta
from typing import Any, ClassVar, Never

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateTimeRangeField
from django.db import models
from django.db.models import F, Q

from catalog.enums import OccupancyKind, choices
from catalog.lanes import LANES
from catalog.models.calendar import MOST_BUFFER_MINUTES, Calendar
from common.models.base import BaseModel
from common.timeranges import TimeRange

# The longest booking with the longest buffers around it.
LONGEST_CLAIM = timedelta(days=33)
# Times off that follow one another close the calendar as one; the bound only keeps out what never ends.
LONGEST_CLOSURE = timedelta(days=36_525)


class Occupancy(BaseModel):
    """Some lanes of a calendar for a time, buffers included. Only live claims are here: cancelling deletes the row.

    `catalog.occupancy` is the only writer. `subject_id` is the booking's or hold's id, a closure's is its calendar's.
    The calendar is kept by its number, so that a CHECK can tie the lanes to it. There is no foreign key underneath: its
    look-up would lock the calendar's row in every claim, and deadlock with whoever edits the calendar. A trigger keeps
    calendars whose lanes are in use.
    """

    calendar = models.ForeignKey(
        Calendar,
        models.PROTECT,
        to_field="number",
        db_column="calendar_number",
        db_constraint=False,
        db_index=False,
        related_name="occupancies",
    )
    lanes = BigIntegerRangeField()
    during = DateTimeRangeField()
    kind = models.CharField(max_length=10, choices=choices(OccupancyKind))
    subject_id = models.UUIDField(db_index=True)
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)

    class Meta(BaseModel.Meta):
        default_permissions = ("view",)
        verbose_name_plural = "occupancies"
        constraints: ClassVar = [
            ExclusionConstraint(
                name="no_two_occupancies_overlap", expressions=[("lanes", "&&"), ("during", "&&")], index_type="GIST"
            ),
            models.CheckConstraint(
                name="occupancy_is_a_bounded_half_open_time",
                condition=Q(
                    during__isempty=False,
                    during__lower_inf=False,
                    during__upper_inf=False,
                    during__lower_inc=True,
                    during__upper_inc=False,
                ),
            ),
            models.CheckConstraint(
                name="occupancy_is_of_sane_length",
                condition=Q(kind=OccupancyKind.CLOSURE, during__endswith__lte=F("during__startswith") + LONGEST_CLOSURE)
                | Q(~Q(kind=OccupancyKind.CLOSURE), during__endswith__lte=F("during__startswith") + LONGEST_CLAIM),
            ),
            models.CheckConstraint(
                name="occupancy_lanes_are_the_calendars",
                condition=Q(
                    lanes__isempty=False,
                    lanes__lower_inf=False,
                    lanes__upper_inf=False,
                    lanes__startswith__gte=F("calendar") * LANES,
                    lanes__endswith__lte=F("calendar") * LANES + LANES,
                ),
            ),
            models.CheckConstraint(
                name="occupancy_of_a_claim_is_one_lane",
                condition=Q(kind=OccupancyKind.CLOSURE) | Q(lanes__endswith=F("lanes__startswith") + 1),
            ),
            models.CheckConstraint(name="occupancy_kind_is_known", condition=Q(kind__in=list(OccupancyKind))),
            models.CheckConstraint(
                name="occupancy_buffers_are_at_most_a_day",
                condition=Q(
                    buffer_before_minutes__lte=MOST_BUFFER_MINUTES, buffer_after_minutes__lte=MOST_BUFFER_MINUTES
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.subject_id}"

    @property
    def time(self) -> TimeRange:
        """All of the time that is taken, buffers included."""
        return TimeRange.from_postgres(self.during)

    def save(self, **kwargs: Any) -> Never:
        raise TypeError("Only catalog.occupancy writes occupancies.")

    def delete(self, using: Any = None, keep_parents: bool = False) -> Never:
        raise TypeError("Only catalog.occupancy writes occupancies.")
