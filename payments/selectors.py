"""Payments as others look at them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, CharField, F, QuerySet, Sum, Value, When

from common.money import Money
from payments.enums import FOR_THE_PRICE, Purpose
from payments.models import Payment, Posting, Refund, SavedCard

# Refunds that undo a payment which should not have been: they say nothing about what was bought.
SURPLUS = "surplus:"
# Accounts of what the platform owes to single people.
CREDITS = "credit:"
OF_PEOPLE = (CREDITS, "payable:specialist:")


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


def figures_of(payable_type: str, payable_id: UUID, *, purposes: Collection[Purpose] = FOR_THE_PRICE) -> Figures:
    """In two queries. What is given besides the price counts for nothing of it, unless it is asked about."""
    sums = (
        Payment.objects.of(payable_type, payable_id)
        .filter(purpose__in=purposes)
        .order_by()
        .aggregate(captured=Sum("captured_minor"), refunded=Sum("refunded_minor"), reserved=Sum("reserved_minor"))
    )
    surplus = Refund.objects.filter(
        payment__payable_type=payable_type,
        payment__payable_id=payable_id,
        payment__purpose__in=purposes,
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
    """What is on each account, debit positive, of all that was posted before then.

    What single people are owed is one line for each kind.
    """
    line = Case(
        *(When(account__code__startswith=each, then=Value(f"{each}*")) for each in OF_PEOPLE),
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


def card_to_charge(user: Any) -> SavedCard | None:
    """The newest card that a gateway of this platform keeps for the person."""
    cards = SavedCard.objects.visible_to(user).filter(gateway__in=settings.PAYMENT_GATEWAYS)
    return cards.order_by("-id").first()


def customer_at(gateway: str, user: Any) -> str:
    """What the gateway calls the person, so that all their cards are one customer's there; empty for a new one."""
    known = SavedCard.objects.visible_to(user).filter(gateway=gateway).order_by("-id").values_list("customer_ref")
    return str((known.first() or ("",))[0])


def receipted_for(user: Any) -> QuerySet[Payment]:
    """Those whose receipts this person may have: one's own, and everybody's for staff who look after payments."""
    is_desk = user.is_authenticated and user.is_staff and user.has_perm("payments.view_payment")
    payments: QuerySet[Payment] = Payment.objects.all() if is_desk else Payment.objects.visible_to(user)
    return payments
