"""What was taxed: what the ledger has of revenue and tax, by the rate that each booking was made at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, Subquery, Sum
from django.db.models.functions import TruncMonth

from bookings.models import Booking
from common.money import Money
from common.timeranges import TimeRange
from payments.models import Posting

NET = Q(account__code="revenue") | Q(account__code__startswith="revenue:")
TAX = Q(account__code="tax")


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What was earned, or given back of it, in a month at one rate. Given back is negative, in its own month (E367)."""

    month: datetime
    rate: Fraction | None
    is_given_back: bool
    bookings: int
    taxable: Money
    tax: Money

    @property
    def currency(self) -> str:
        return self.taxable.currency

    @property
    def kind(self) -> str:
        return "given back" if self.is_given_back else "earned"

    @property
    def rate_shown(self) -> str:
        """In per cent; empty for what is of no booking."""
        return "" if self.rate is None else f"{float(self.rate):g}"


def tax_lines(time: TimeRange, zone: ZoneInfo) -> list[TaxLine]:
    """In one query. Revenue and tax are credited when they are earned, and debited when they go back."""
    rate = Booking.objects.filter(pk=OuterRef("journal__payable_id")).values("tax_basis_points")
    rows = (
        Posting.objects.filter(NET | TAX, created_at__gte=time.start, created_at__lt=time.end)
        .order_by()
        .annotate(
            month=TruncMonth("created_at", tzinfo=zone),
            rate=Subquery(rate[:1]),
            is_given_back=ExpressionWrapper(Q(amount_minor__gt=0), output_field=BooleanField()),
        )
        .values("month", "rate", "currency", "is_given_back")
        .annotate(
            net=Sum("amount_minor", filter=NET, default=0),
            tax=Sum("amount_minor", filter=TAX, default=0),
            bookings=Count("journal__payable_id", distinct=True),
        )
        .order_by("month", "currency", "rate", "is_given_back")
    )
    return [_line(row) for row in rows]


def _line(row: Mapping[str, Any]) -> TaxLine:
    return TaxLine(
        month=row["month"],
        rate=None if row["rate"] is None else Fraction(row["rate"], 100),
        is_given_back=row["is_given_back"],
        bookings=row["bookings"],
        taxable=Money(-int(row["net"]), row["currency"]),
        tax=Money(-int(row["tax"]), row["currency"]),
    )
