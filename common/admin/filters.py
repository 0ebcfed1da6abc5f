"""Filters that every app's lists may offer."""

from typing import Any
from zoneinfo import ZoneInfo

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.utils import parse_date_str

from common.errors import DomainError
from common.walltime import day_range


class DaysFilter(RangeDateFilter):
    """From one day to another, both included, as the business' clocks cut them.

    The theme's own filters hand days over without a zone, which Django then takes for days in UTC.
    """

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        name = str(self.parameter_name)
        bounds = {
            f"{name}__gte": self._day(f"{name}_from", last=False),
            f"{name}__lt": self._day(f"{name}_to", last=True),
        }
        return queryset.filter(**{lookup: moment for lookup, moment in bounds.items() if moment is not None})

    def _day(self, parameter: str, *, last: bool) -> Any:
        """Where the day begins or, as the last one, where it ends; None for what is no day."""
        day = parse_date_str(str(self.used_parameters.get(parameter, "")))
        if day is None:
            return None
        try:
            whole = day_range(day, ZoneInfo(timezone.get_current_timezone_name()))
        except (DomainError, OverflowError, ValueError):
            return None
        return whole.end if last else whole.start
