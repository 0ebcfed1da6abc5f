"""Money as it lies there, and Dana of the staff who looks after it in one of the roles."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import F
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import StaffRole
from accounts.services import join
from common import clock
from common.ids import new_id
from common.money import Money
from common.walltime import day_range
from payments.ledger import Credit, Debit, post
from payments.models import GatewayCall, Payment, ReconciliationLine, ReconciliationRun, Refund, WebhookEvent

BODY = b'{"id": "evt", "data": {"object": {"status": "paid", "client_secret": "s3cret", "email": "alice@example.com"}}}'


def staff_as(role: StaffRole, name: str = "dana") -> tuple[User, Client]:
    member = User.objects.create_user(f"{name}@example.com", first_name=name.capitalize(), is_staff=True)
    join(member, role)
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return member, client


def alice() -> User:
    known: User | None = User.objects.filter(email="alice@example.com").first()
    return known or User.objects.create_user("alice@example.com", first_name="Alice", last_name="=1+1")


def paid(minor: int = 10_000, **fields: Any) -> Payment:
    """Alice's payment, taken whole, with the call that opened it and its journal."""
    facts: dict[str, Any] = {
        "payable_type": "thing",
        "payable_id": new_id(),
        "payer": alice(),
        "purpose": "full",
        "gateway": "sandbox",
        "gateway_ref": f"order_{new_id()}",
        "currency": "INR",
        "amount_minor": minor,
        "captured_minor": minor,
        "status": "captured",
    }
    facts |= fields
    now = clock.now()
    facts.setdefault("captured_at", now if facts["captured_minor"] else None)
    payment: Payment = Payment.objects.create(**facts)
    GatewayCall.objects.create(
        payment=payment, verb="open", key=f"open:{payment.pk}", state="done", sent_at=now, settled_at=now
    )
    if payment.captured_minor:
        moved = [Debit("gateway:sandbox", payment.captured), Credit("customer:deposits", payment.captured)]
        post("capture", key=f"capture:{payment.pk}", moves=moved, payable=("thing", payment.payable_id))
    return payment


def promised(payment: Payment, minor: int, status: str = "pending", by: User | None = None) -> Refund:
    refund: Refund = Refund.objects.create(
        payment=payment, amount_minor=minor, status=status, cause=f"test:{new_id()}", requested_by=by
    )
    if status in ("awaiting_approval", "pending", "processing"):
        Payment.objects.filter(pk=payment.pk).update(reserved_minor=F("reserved_minor") + minor)
    return refund


def webhook(state: str = "needs_review", **fields: Any) -> WebhookEvent:
    facts = {"gateway": "sandbox", "event_id": str(new_id()), "type": "payment.captured", "body": BODY, "attempts": 3}
    event: WebhookEvent = WebhookEvent.objects.create(state=state, error="ValueError: no", **facts | fields)
    return event


def flagged(payment: Payment, day: int = 1, **fields: Any) -> ReconciliationLine:
    """A line that is a hundredth off, of a day in November."""
    now = clock.now()
    whole = day_range(date(2026, 11, day), ZoneInfo("UTC"))
    run = ReconciliationRun.objects.create(
        gateway="sandbox",
        day=date(2026, 11, day),
        starts_at=whole.start,
        ends_at=whole.end,
        state="flagged",
        attempts=1,
        finished_at=now,
        open_count=1,
        counts={"differs": 1},
        totals={"INR": {"gross": 9_999, "refunded": 100, "fee": 200}},
    )
    facts: dict[str, Any] = {"key": "capture:1", "attempt": 1, "state": "differs", "payment": payment}
    facts |= {"gateway_ref": payment.gateway_ref, "currency": "INR", "fee_currency": "INR"}
    facts |= {"theirs_minor": 9_999, "ours_minor": 10_000, "note": "The amounts differ."}
    line: ReconciliationLine = ReconciliationLine.objects.create(run=run, **facts | fields)
    return line


def page(model: str, name: str = "changelist", *args: Any) -> str:
    return reverse(f"admin:payments_{model}_{name}", args=args)


def give_back(desk: Client, payment: Payment, amount: str, **sent: Any) -> Any:
    """Posts the page as it is filled just now."""
    payment.refresh_from_db()
    filled = {
        "reason": "She waited for an hour",
        "destination": "gateway",
        "key": str(new_id()),
        "left": payment.refundable.minor,
    }
    return desk.post(page("payment", "refund", payment.pk), {"amount": amount, **filled, **sent})


def in_bulk(desk: Client, model: str, action: str, *rows: Any, reason: str = "Looked into it") -> Any:
    sent = {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1", "reason": reason}
    return desk.post(page(model), sent, follow=True)


def said(response: Any) -> list[str]:
    return [str(message) for message in response.context["messages"]]


def rupees(minor: int) -> Money:
    return Money(minor, "INR")
