"""The trial balance: every account's balance in its column, and both columns alike in each currency."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from accounts.admin.actors import actor_of
from common import audit, clock
from common.errors import DomainError
from common.exports import Column, stream_csv
from common.money import Money
from common.walltime import day_range
from payments.admin.export import side_of
from payments.models import LedgerAccount
from payments.selectors import trial_balance

COLUMNS = (
    Column("account", lambda line: line[0]),
    Column("currency", lambda line: line[1].currency),
    Column("debit", lambda line: side_of(line[1], is_debit=True).decimal, is_summed=True),
    Column("credit", lambda line: side_of(line[1], is_debit=False).decimal, is_summed=True),
)
Lines = Sequence[tuple[str, Money]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One currency's accounts with both columns and what they come to."""

    currency: str
    rows: Sequence[tuple[str, str, str]]
    debit: Money
    credit: Money

    @property
    def is_even(self) -> bool:
        return self.debit == self.credit


def trial_balance_page(admin: Any, request: HttpRequest) -> HttpResponse:
    """As of the end of a business day, today unless asked otherwise; one query. `?csv` takes it away as a file."""
    user = actor_of(request)
    if not user.has_perm("payments.view_ledgeraccount"):
        raise PermissionDenied
    may_export = user.has_perm("payments.export_ledgeraccount")
    zone = ZoneInfo(settings.BUSINESS_TIME_ZONE)
    day = _day_asked(request.GET.get("day", ""), zone)
    lines = trial_balance(day_range(day, zone).end)
    if "csv" in request.GET:
        if not may_export:
            raise PermissionDenied
        audit.record("exported", LedgerAccount, actor=user, data={"trial balance": day.isoformat()})
        filename = f"trial-balance-{day.isoformat()}.csv"
        return stream_csv(filename, COLUMNS, lines, totals_per=lambda line: line[1].currency)  # type: ignore[return-value]  # a streaming response is one too
    page = {
        **admin.admin_site.each_context(request),
        "title": f"Trial balance on {day:%d %B %Y}",
        "opts": LedgerAccount._meta,
        "day": day.isoformat(),
        "zone": zone.key,
        "sheets": sheets_of(lines),
        "may_export": may_export,
    }
    return TemplateResponse(request, "admin/trial_balance.html", page)


def sheets_of(lines: Lines) -> list[Sheet]:
    """A sheet for each currency, in the order of their codes."""
    return [
        _sheet(currency, [line for line in lines if line[1].currency == currency])
        for currency in sorted({amount.currency for _, amount in lines})
    ]


def _sheet(currency: str, lines: Lines) -> Sheet:
    sides = [(code, side_of(amount, is_debit=True), side_of(amount, is_debit=False)) for code, amount in lines]
    zero = Money.zero(currency)
    return Sheet(
        currency,
        [(code, str(debit) if debit else "", str(credit) if credit else "") for code, debit, credit in sides],
        sum((debit for _, debit, _ in sides), zero),
        sum((credit for _, _, credit in sides), zero),
    )


def _day_asked(text: str, zone: ZoneInfo) -> date:
    """The day that is written there; of what is none, today."""
    try:
        day = date.fromisoformat(text)
        day_range(day, zone)
    except (DomainError, OverflowError, ValueError):
        return clock.today(zone)
    return day
