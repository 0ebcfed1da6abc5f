"""Reports of the back office: a table for a stretch of business days, and the same as a file.

Each is a line of `REPORTS`; its rows come from a selector, and its columns serve the page and the file alike.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bookings.models import Booking
from bookings.selectors.analytics import percent_of
from bookings.selectors.reports import (
    Business,
    Demand,
    Step,
    Takings,
    average_of,
    business,
    days_between,
    demand,
    takings,
)
from common import audit, clock
from common.errors import DomainError
from common.exports import Column, stream_csv
from common.money import Money
from common.platform import platform_settings
from common.timeranges import TimeRange
from common.walltime import day_range

USUAL_DAYS = timedelta(days=29)
LONGEST = timedelta(days=731)
# A page that is longer is a file.
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class Asked:
    """The days from `first` to `last`, both included, by the clock of the business."""

    first: date
    last: date
    step: Step
    zone: ZoneInfo

    @property
    def within(self) -> TimeRange:
        return TimeRange(day_range(self.first, self.zone).start, day_range(self.last, self.zone).end)

    @property
    def before(self) -> TimeRange:
        """As many days that end where these begin."""
        days = self.last - self.first + timedelta(days=1)
        return TimeRange(day_range(self.first - days, self.zone).start, self.within.start)


@dataclass(frozen=True, slots=True)
class Report:
    title: str
    about: str
    columns: Sequence[Column]
    rows: Callable[[Asked], Sequence[Any]]
    currency_of: Callable[[Any], str]
    has_steps: bool = False
    # Draws a bar beside each row, as long as this is in proportion to the others of its currency.
    bar: Callable[[Any], int] | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A line of the business' figures: now, and in as many days before."""

    name: str
    now: str
    before: str
    meaning: str


def page(request: HttpRequest, *, name: str, context: Callable[[HttpRequest], dict[str, Any]]) -> HttpResponse:
    """Those who may export bookings see what comes of them; each file that is taken away is in the audit log."""
    report = REPORTS[name]
    if not request.user.has_perm("bookings.export_booking"):
        raise PermissionDenied
    asked = _asked(request)
    rows = report.rows(asked)
    if "csv" in request.GET:
        days = {"report": name, "from": asked.first.isoformat(), "to": asked.last.isoformat()}
        audit.record("exported", Booking, actor=request.user, data=days)
        filename = f"{name}-{asked.first.isoformat()}-{asked.last.isoformat()}.csv"
        return stream_csv(filename, report.columns, rows, totals_per=report.currency_of)  # type: ignore[return-value]  # a streaming response is one too
    shown = {
        **context(request),
        "title": report.title,
        "report": report,
        "asked": asked,
        "steps": list(Step) if report.has_steps else [],
        "heading": [(column.heading.capitalize(), column.is_summed) for column in report.columns],
        # A template would call the function itself.
        "has_bars": report.bar is not None,
        "lines": _lines(report, rows[:MOST_SHOWN]),
        "left_out": max(len(rows) - MOST_SHOWN, 0),
    }
    return render(request, "admin/report.html", shown)


def _lines(report: Report, rows: Sequence[Any]) -> list[dict[str, Any]]:
    longest: dict[str, int] = {}
    lengths = [report.bar(row) if report.bar else 0 for row in rows]
    for row, length in zip(rows, lengths, strict=True):
        currency = report.currency_of(row)
        longest[currency] = max(longest.get(currency, 0), length)
    return [
        {
            "cells": [(column.value(row), column.is_summed) for column in report.columns],
            "bar": 100 * length // (longest[report.currency_of(row)] or 1),
        }
        for row, length in zip(rows, lengths, strict=True)
    ]


def _asked(request: HttpRequest) -> Asked:
    """What the address names; of what makes no sense, the last thirty days."""
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    today = clock.today(zone)
    step = request.GET.get("step", "")
    first = _day(request.GET.get("from", ""), zone) or today - USUAL_DAYS
    last = _day(request.GET.get("to", ""), zone) or max(today, first)
    if not timedelta(0) <= last - first <= LONGEST:
        first, last = today - USUAL_DAYS, today
    return Asked(first, last, Step(step) if step in set(Step) else Step.DAY, zone)


def _day(text: str, zone: ZoneInfo) -> date | None:
    try:
        day = date.fromisoformat(text)
        # The days before are compared with, and must exist as well.
        day_range(day, zone)
        day_range(day - LONGEST - timedelta(days=1), zone)
    except (DomainError, OverflowError, ValueError):
        return None
    return day


def _takings(asked: Asked) -> list[Takings]:
    return takings(list(days_between(asked.first, asked.last)), asked.step, asked.zone, asked.within)


def _demand(asked: Asked) -> list[Demand]:
    return demand(asked.within)


def _figures(asked: Asked) -> list[Figure]:
    currency = platform_settings().default_currency
    now, before = business(asked.within, currency), business(asked.before, currency)
    return [Figure(name, value(now), value(before), meaning) for name, value, meaning in FIGURES]


def _share(part: int, whole: int) -> str:
    share = percent_of(part, whole)
    return "–" if share is None else f"{share} %"


def _average(each: Business) -> str:
    if not each.orders:
        return "–"
    return f"{average_of(each.revenue, each.orders)} {each.revenue.currency}"


FIGURES: Sequence[tuple[str, Callable[[Business], str], str]] = (
    ("Bookings made", lambda each: f"{each.made:,}", "In these days, for whenever."),
    ("Conversion", lambda each: _share(each.came_about, each.made), "Of those made, that were not left unpaid."),
    ("Completed", lambda each: _share(each.completed, each.settled), "Of those that were to take place and are over."),
    ("No-shows", lambda each: _share(each.no_shows, each.settled), "As above."),
    ("Cancelled by customers", lambda each: _share(each.cancelled_by_customers, each.settled), "As above."),
    ("Cancelled by specialists", lambda each: _share(each.cancelled_by_specialists, each.settled), "As above."),
    ("Average order value", _average, "Of completed bookings in the platform's currency."),
    ("Customers", lambda each: f"{each.customers:,}", "Who had a booking that was completed."),
    ("Returning customers", lambda each: _share(each.returning, each.customers), "Who had had another one before."),
)


def _amount(name: str) -> Callable[[Any], Any]:
    def amount_of(row: Any) -> Any:
        amount: Money = getattr(row, name)
        return amount.decimal

    return amount_of


REPORTS: dict[str, Report] = {
    "revenue": Report(
        title="Revenue",
        about="What completed bookings cost, on the day on which they took place.",
        columns=(
            Column("from", lambda row: row.start.isoformat()),
            Column("currency", lambda row: row.total.currency),
            Column("bookings", lambda row: row.bookings, is_summed=True),
            *(Column(name, _amount(name), is_summed=True) for name in ("subtotal", "discount", "tax", "total")),
            Column("average", _amount("average")),
        ),
        rows=_takings,
        currency_of=lambda row: str(row.total.currency),
        has_steps=True,
        bar=lambda row: int(row.total.minor),
    ),
    "service-popularity": Report(
        title="Popular services",
        about="Bookings that were to take place in these days, without those that were never paid for.",
        columns=(
            Column("service", lambda row: row.service),
            Column("whose", lambda row: row.whose or "the platform's"),
            Column("currency", lambda row: row.revenue.currency),
            *(
                Column(name, attrgetter(name), is_summed=True)
                for name in ("bookings", "customers", "completed", "cancelled")
            ),
            Column("revenue", _amount("revenue"), is_summed=True),
        ),
        rows=_demand,
        currency_of=lambda row: str(row.revenue.currency),
        bar=lambda row: int(row.bookings),
    ),
    "business": Report(
        title="Business figures",
        about="These days beside as many days before.",
        columns=(
            Column("figure", lambda row: row.name),
            Column("now", lambda row: row.now),
            Column("before", lambda row: row.before),
            Column("meaning", lambda row: row.meaning),
        ),
        rows=_figures,
        currency_of=lambda _row: "",
    ),
}
