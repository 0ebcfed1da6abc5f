"""What the ledger is told of a payment. Money that came in is held for the customer until its payable has earned it."""

from common.money import Money
from payments.enums import Destination
from payments.ledger import Credit, Debit, Entry, post
from payments.models import Journal, Payment, Refund
from payments.selectors import credit_account

HELD = "customer:deposits"


def account_of(payment: Payment) -> str:
    return f"gateway:{payment.gateway}"


def post_capture(payment: Payment, more: Money) -> None:
    """The key names what is captured with this, so that a capture in two parts is two causes."""
    _post(payment, "capture", str(payment.captured_minor), Debit(account_of(payment), more), Credit(HELD, more))


def post_fee(payment: Payment, more: Money) -> None:
    _post(payment, "fee", str(payment.fee_minor), Debit("fees", more), Credit(account_of(payment), more))


def post_dispute(payment: Payment, more: Money) -> None:
    """`more` is negative where the bank gives back what it took. Amounts may come and go, so journals are counted."""
    nth = Journal.objects.filter(key__startswith=f"dispute:{payment.pk}:").count() + 1
    _post(payment, "dispute", str(nth), Debit("disputes", more), Credit(account_of(payment), more))


def post_refund(refund: Refund) -> None:
    payment = refund.payment
    is_credit = refund.destination == Destination.CREDIT
    receiver = credit_account(payment.payer_id) if is_credit else account_of(payment)
    moves = [Debit(HELD, refund.amount), Credit(receiver, refund.amount)]
    post("refund", key=f"refund:{refund.pk}", moves=moves, payable=(payment.payable_type, payment.payable_id))


def _post(payment: Payment, kind: str, cause: str, *moves: Entry) -> None:
    key = f"{kind}:{payment.pk}:{cause}"
    post(kind, key=key, moves=moves, payable=(payment.payable_type, payment.payable_id))
