"""Payments as others look at them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Case, CharField, F, QuerySet, Sum, Value, When

from common.money import Money
from payments.models import Payment, Posting, Refund

# Refunds that undo a payment which should not have been: they say nothing about what was bought.
SURPLUS = "surplus:"
# Accounts of what the platform owes to single people.
CREDITS = "credit:"


@dataclass(frozen=True, slots=True)
class Figures:
    """All that came and went for one payable, in its minor units."""

    captured: int
    refunded: int
    reserved: int
    # How much of what was refunded had been paid too much.
    surplus: int

    @property
    def kept(self) -> int:
        """What is here."""
        return self.captured - self.refunded

    @property
    def left(self) -> int:
        """What is here and not promised back."""
        return self.kept - self.reserved


def figures_of(payable_type: str, payable_id: UUID) -> Figures:
    """In two queries."""
    sums = (
        Payment.objects.of(payable_type, payable_id)
        .order_by()
        .aggregate(captured=Sum("captured_minor"), refunded=Sum("refunded_minor"), reserved=Sum("reserved_minor"))
    )
    surplus = Refund.objects.filter(
        payment__payable_type=payable_type,
        payment__payable_id=payable_id,
        status="succeeded",
        cause__startswith=SURPLUS,
    ).aggregate(total=Sum("amount_minor"))
    captured, refunded, reserved = (int(sums[name] or 0) for name in ("captured", "refunded", "reserved"))
    return Figures(captured, refunded, reserved, int(surplus["total"] or 0))


def posted_of(payable_type: str, payable_id: UUID) -> Mapping[tuple[str, str], Money]:
    """What is on each account because of the payable, by code and currency, debit positive."""
    rows = (
        Posting.objects.filter(journal__payable_type=payable_type, journal__payable_id=payable_id)
        .order_by()
        .values("account__code", "currency")
        .annotate(total=Sum("amount_minor"))
    )
    return {(row["account__code"], row["currency"]): Money(int(row["total"]), row["currency"]) for row in rows}


def credit_account(user_id: UUID) -> str:
    """The account of what the platform owes this person, to pay with."""
    return f"{CREDITS}{user_id}"


def credit_of(user_id: UUID) -> list[Money]:
    """What one can pay with of one's credit, in each currency in which there is some; one query."""
    rows = (
        Posting.objects.filter(account__code=credit_account(user_id))
        .order_by()
        .values("currency")
        .annotate(total=Sum("amount_minor"))
        .order_by("currency")
    )
    return [Money(-int(row["total"]), row["currency"]) for row in rows if row["total"]]


def trial_balance(before: datetime) -> list[tuple[str, Money]]:
    """What is on each account, debit positive, of all that was posted before then. People's credits are one line."""
    line = Case(
        When(account__code__startswith=CREDITS, then=Value(f"{CREDITS}*")),
        default=F("account__code"),
        output_field=CharField(),
    )
    rows = (
        Posting.objects.filter(created_at__lt=before)
        .order_by()
        .annotate(line=line)
        .values("line", "currency")
        .annotate(total=Sum("amount_minor"))
        .order_by("currency", "line")
    )
    return [(row["line"], Money(int(row["total"]), row["currency"])) for row in rows]


def history(payments: QuerySet[Payment]) -> QuerySet[Payment]:
    """With their refunds, the latest first."""
    return payments.prefetch_related("refunds").order_by("-id")
