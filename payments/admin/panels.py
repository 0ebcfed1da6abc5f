"""What pages of money show below their fields: calls to the gateway, refunds, and what the books say."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import User
from common.money import Money
from common.scrubbing import scrub_text
from payments.admin.export import side_of
from payments.enums import Destination, RefundStatus
from payments.models import GatewayCall, Journal, Payment, Posting, Refund

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Panel:
    title: str
    heading: Sequence[str]
    rows: Sequence[Sequence[Any]]


def panels_of(payment: Payment, viewer: User) -> list[Panel]:
    """A query for each panel that the viewer may see. A panel without rows is left out."""
    panels = []
    if viewer.has_perm("payments.view_refund"):
        panels.append(_refunds(payment))
    if viewer.has_perm("payments.view_gatewaycall"):
        panels.append(calls_panel(payment.calls.order_by("pk")))
    if viewer.has_perm("payments.view_journal"):
        panels.append(_journals(payment))
    return [panel for panel in panels if panel.rows]


def calls_panel(calls: Any) -> Panel:
    rows = [
        (
            shown_moment(call.sent_at),
            call.get_verb_display(),
            call.get_state_display(),
            str(call.attempts),
            shown_moment(call.settled_at),
            call.key,
            _answered(call),
        )
        for call in calls[:MOST_SHOWN]
    ]
    return Panel("Calls to the gateway", ("Sent", "What", "Outcome", "Tries", "Settled", "Key", "Answer"), rows)


def postings_panel(title: str, postings: Iterable[Posting]) -> Panel:
    """Each posting with its journal and account, which are to be there already."""
    rows = [
        (
            shown_moment(posting.created_at),
            link_to("journal", posting.journal_id, posting.journal.key),
            posting.journal.kind,
            link_to("ledgeraccount", posting.account_id, posting.account.code),
            shown_side(posting.amount, is_debit=True),
            shown_side(posting.amount, is_debit=False),
        )
        for posting in postings
    ]
    return Panel(title, ("Posted", "Journal", "Kind", "Account", "Debit", "Credit"), rows)


def priced(amount: Money) -> str:
    return f"{amount} {amount.currency}"


def shown_side(amount: Money, *, is_debit: bool) -> str:
    side = side_of(amount, is_debit=is_debit)
    return priced(side) if side else ""


def shown_moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%d %b %Y %H:%M:%S}" if moment else ""


def link_to(model: str, pk: Any, text: object) -> SafeString:
    return format_html(
        '<a class="almanac-link" href="{}">{}</a>', reverse(f"admin:payments_{model}_change", args=[pk]), text
    )


def _refunds(payment: Payment) -> Panel:
    found: Iterable[Refund] = payment.refunds.select_related("requested_by", "approved_by").order_by("pk")
    rows = [
        (
            link_to("refund", refund.pk, shown_moment(refund.created_at)),
            priced(Money(refund.amount_minor, payment.currency)),
            RefundStatus(refund.status).label,
            Destination(refund.destination).label,
            str(refund.requested_by or "The platform"),
            str(refund.approved_by or ""),
            refund.reason,
            refund.failure_message,
        )
        for refund in found
    ]
    return Panel("Refunds", ("Asked for", "Amount", "State", "To", "By", "Decided by", "Why", "What went wrong"), rows)


def _journals(payment: Payment) -> Panel:
    journals = Journal.objects.filter(payable_type=payment.payable_type, payable_id=payment.payable_id)
    postings = (
        Posting.objects.filter(journal__in=journals).select_related("journal", "account").order_by("journal", "pk")
    )
    return postings_panel(f"The books of this {payment.payable_type}", postings[:MOST_SHOWN])


def _answered(call: GatewayCall) -> str:
    """Answers are scrubbed before they are kept; what a gateway wrote in words is looked through again."""
    return scrub_text(", ".join(f"{name}: {value}" for name, value in call.answer.items() if value))
