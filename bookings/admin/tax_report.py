"""The tax report: taxable revenue and tax by month, rate and currency, from the ledger's own postings."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin.actors import actor_of
from bookings.selectors.taxes import TaxLine, tax_lines
from common import audit, clock
from common.errors import DomainError
from common.exports import Column, stream_csv
from common.money import Money
from common.timeranges import TimeRange
from common.walltime import day_range
from payments.models import LedgerAccount

COLUMNS = (
    Column("month", lambda line: f"{line.month:%Y-%m}"),
    Column("currency", lambda line: line.currency),
    Column("rate in per cent", lambda line: line.rate_shown),
    Column("kind", lambda line: line.kind),
    Column("bookings", lambda line: line.bookings),
    Column("taxable", lambda line: line.taxable.decimal, is_summed=True),
    Column("tax", lambda line: line.tax.decimal, is_summed=True),
    Column("together", lambda line: (line.taxable + line.tax).decimal, is_summed=True),
)


def tax_report_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """From one business day to another, both included, this month unless asked otherwise. `?csv` takes it away."""
    user = actor_of(request)
    if not user.has_perm("payments.view_ledgeraccount"):
        raise PermissionDenied
    may_export = user.has_perm("payments.export_ledgeraccount")
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    first, last = _days_asked(request, zone)
    lines = tax_lines(TimeRange(day_range(first, zone).start, day_range(last, zone).end), zone)
    if "csv" in request.GET:
        if not may_export:
            raise PermissionDenied
        audit.record("exported", LedgerAccount, actor=user, data={"tax report": f"{first} to {last}"})
        return stream_csv(f"tax-{first}-{last}.csv", COLUMNS, lines, totals_per=lambda line: line.currency)  # type: ignore[return-value]  # a streaming response is one too
    page = {
        **admin.admin_site.each_context(request),
        "title": "Tax report",
        "opts": LedgerAccount._meta,
        "first": first.isoformat(),
        "last": last.isoformat(),
        "zone": zone.key,
        "lines": lines,
        "totals": _totals(lines),
        "may_export": may_export,
    }
    return TemplateResponse(request, "admin/tax_report.html", page)


def _totals(lines: list[TaxLine]) -> list[tuple[str, Money, Money]]:
    """Currency, taxable and tax."""
    totals: dict[str, tuple[Money, Money]] = {}
    for line in lines:
        nothing = Money.zero(line.currency)
        taxable, tax = totals.get(line.currency, (nothing, nothing))
        totals[line.currency] = taxable + line.taxable, tax + line.tax
    return [(currency, *sums) for currency, sums in sorted(totals.items())]


def _days_asked(request: HttpRequest, zone: ZoneInfo) -> tuple[date, date]:
    today = clock.today(zone)
    first = _day(request.GET.get("from", ""), zone) or today.replace(day=1)
    last = _day(request.GET.get("to", ""), zone) or max(today, first)
    return (first, last) if first <= last else (last, first)


def _day(text: str, zone: ZoneInfo) -> date | None:
    """The day that is written there, if it is one."""
    try:
        day = date.fromisoformat(text)
        day_range(day, zone)
    except (DomainError, OverflowError, ValueError):
        return None
    return day
