"""The single writer of the ledger.

    post(
        "capture",
        key=f"capture:{payment.pk}",
        moves=[Debit("gateway:stripe", paid), Credit("customer:deposits", paid)],
        payable=("booking", booking_id),
    )

1. A key that was posted before is answered with what it posted then: whoever repeats a cause repeats nothing.
2. Accounts that have a ceiling are locked in the order of their ids, before anything refers to them: a posting's
   foreign key holds its account's row, and two who hold it and then want it alone would wait for one another.
3. The database refuses, at commit, a journal that does not sum to zero in each currency or has fewer than two postings,
   and whatever changes or deletes a posting. Money is undone by `reverse`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Sum

from common.money import Money
from payments.errors import LedgerMisuse, Overdrawn
from payments.models import Journal, LedgerAccount, Posting

Payable = tuple[str, UUID]
# Accounts that hold what we owe somebody: their balance is at most nothing.
OWED = ("credit:",)


@dataclass(frozen=True, slots=True)
class Entry:
    """An amount on an account, debit positive. `Debit` and `Credit` say it in words."""

    account: str
    amount: Money


def Debit(account: str, amount: Money) -> Entry:  # noqa: N802 - reads like the word of the trade that it is
    return Entry(account, amount)


def Credit(account: str, amount: Money) -> Entry:  # noqa: N802 - as above
    return Entry(account, -amount)


@transaction.atomic
def post(kind: str, *, key: str, moves: Sequence[Entry], payable: Payable | None = None, note: str = "") -> Journal:
    """Writes the movement, or returns the one that has this key already."""
    entries = [entry for entry in moves if entry.amount.minor != 0]
    if len(entries) < 2:
        raise LedgerMisuse(f"{key} moves nothing from anywhere.")
    return _write(Journal(key=key, kind=kind, note=note, **_reference(payable)), entries)


@transaction.atomic
def reverse(journal: Journal, *, key: str, note: str = "") -> Journal:
    """Moves the money back, once: a second reversal of the same journal is the first one."""
    there = Journal.objects.filter(reverses=journal).first()
    if there is not None:
        return there
    back = [
        Entry(posting.account.code, -posting.amount)
        for posting in journal.postings.select_related("account").order_by("id")
    ]
    reversal = Journal(
        key=key,
        kind=f"{journal.kind}_reversed"[:40],
        note=note,
        payable_type=journal.payable_type,
        payable_id=journal.payable_id,
        reverses=journal,
    )
    return _write(reversal, back)


def balance(code: str, currency: str) -> Money:
    """What is on an account now, debit positive."""
    total = Posting.objects.filter(account__code=code, currency=currency).aggregate(total=Sum("amount_minor"))["total"]
    return Money(int(total or 0), currency)


def _write(journal: Journal, entries: Sequence[Entry]) -> Journal:
    # Two at once: the second waits here for the first and then finds its row.
    Journal.objects.bulk_create([journal], ignore_conflicts=True)
    there = Journal.objects.get(key=journal.key)
    if there.pk != journal.pk:
        _require_same(there, entries)
        return there
    accounts = _accounts(entries)
    limited = _locked_limited(accounts.values())
    Posting.objects.bulk_create(
        Posting(
            journal=journal,
            account=accounts[entry.account, entry.amount.currency],
            currency=entry.amount.currency,
            amount_minor=entry.amount.minor,
        )
        for entry in entries
    )
    if limited:
        _refuse_overdrawn(limited)
    return journal


def _accounts(entries: Iterable[Entry]) -> Mapping[tuple[str, str], LedgerAccount]:
    wanted = sorted({(entry.account, entry.amount.currency) for entry in entries})
    codes = {code for code, _ in wanted}
    found = {(each.code, each.currency): each for each in LedgerAccount.objects.filter(code__in=codes)}
    missing = [
        LedgerAccount(code=code, currency=currency, ceiling_minor=0 if code.startswith(OWED) else None)
        for code, currency in wanted
        if (code, currency) not in found
    ]
    if missing:
        LedgerAccount.objects.bulk_create(missing, ignore_conflicts=True)
        found = {(each.code, each.currency): each for each in LedgerAccount.objects.filter(code__in=codes)}
    return {pair: found[pair] for pair in wanted}


def _locked_limited(accounts: Iterable[LedgerAccount]) -> Mapping[UUID, int]:
    """The ceilings of the accounts that have one. Of two who spend the same credit the second sees the first."""
    limited = [account.pk for account in accounts if account.ceiling_minor is not None]
    if not limited:
        return {}
    locked = LedgerAccount.objects.select_for_update(no_key=True).filter(pk__in=limited).order_by("pk")
    return {account.pk: account.ceiling_minor for account in locked if account.ceiling_minor is not None}


def _refuse_overdrawn(ceilings: Mapping[UUID, int]) -> None:
    sums = Posting.objects.filter(account__in=list(ceilings)).values("account").annotate(total=Sum("amount_minor"))
    if any(row["total"] > ceilings[row["account"]] for row in sums.order_by()):
        raise Overdrawn


def _require_same(there: Journal, entries: Sequence[Entry]) -> None:
    """The same key for other money is a mistake of ours that must not pass in silence."""
    posted = sorted(there.postings.values_list("account__code", "currency", "amount_minor"))
    if posted != sorted((entry.account, entry.amount.currency, entry.amount.minor) for entry in entries):
        raise LedgerMisuse(f"{there.key} was posted before with other amounts.")


def _reference(payable: Payable | None) -> dict[str, object]:
    if not connection.in_atomic_block:
        raise LedgerMisuse("Money moves in the transaction of what moves it.")
    return {} if payable is None else {"payable_type": payable[0], "payable_id": payable[1]}
