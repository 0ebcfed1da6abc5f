"""Receipts: what came in for something, and what for.

1. A receipt belongs to a payment that took money, and tells of all money of what was paid for: one who paid a deposit
   and the rest has two receipts with numbers of their own, each of which shows the whole. A tip has one of its own.
2. Its number is given when it is first asked for, in the transaction that writes it down: the year's row is held until
   the commit, so numbers have no holes however many are issued at once, and a rollback gives the number back.
3. What it shows is how things stand now. While nothing moves, the same receipt is the same bytes.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from common import clock
from common.errors import NotFound
from common.money import Money
from common.platform import platform_settings
from notifications.channels.base import Attachment
from notifications.services.subjects import Outdated, Present, Told
from payments.enums import Purpose, RefundStatus, kin_of
from payments.models import Payment, Receipt, ReceiptYear, Refund
from payments.payables import payable_of
from payments.receipt_files import receipt_file
from payments.receipts import Movement, ReceiptFacts, Sender

MIME_TYPE = "application/pdf"


def receipt_of(payment: Payment) -> tuple[str, bytes]:
    """Its name as a file, and the file. `NotFound` where nothing was paid, or what it was for is gone."""
    bill = payable_of(payment.payable_type).receipt(payment.payable_id)
    if not payment.captured_minor or bill is None:
        raise NotFound
    receipt = issue_receipt(payment)
    kin = kin_of(Purpose(payment.purpose))
    payments = Payment.objects.of(payment.payable_type, payment.payable_id).filter(
        captured_minor__gt=0, purpose__in=kin
    )
    refunds = Refund.objects.filter(payment__in=payments, status=RefundStatus.SUCCEEDED).select_related("payment")
    facts = ReceiptFacts(
        number=receipt.number,
        issued_on=_day(receipt.created_at),
        sender=_sender(),
        bill=bill,
        paid=[_paid(each) for each in payments.order_by("captured_at", "pk")],
        given_back=[_given_back(each) for each in refunds.order_by("succeeded_at", "pk")],
    )
    return f"{receipt.number}.pdf", receipt_file(facts)


def issue_receipt(payment: Payment) -> Receipt:
    """The payment's receipt; asked for again, the same one."""
    return Receipt.objects.filter(payment=payment).first() or _issued(payment)


@transaction.atomic
def _issued(payment: Payment) -> Receipt:
    year = _year(_day(clock.now()).year)
    receipt, is_new = Receipt.objects.get_or_create(
        payment=payment, defaults={"year": year.year, "nth": year.last + 1, "created_at": clock.now()}
    )
    if is_new:
        year.last = receipt.nth
        year.save(update_fields=["last"])
    return receipt


def as_it_is_now(told: Told) -> Present | Outdated:
    """For messages about a payment: whoever is told that money came gets its receipt along."""
    payment = Payment.objects.filter(pk=told.about).first()
    if payment is None:
        return Outdated("there is no such payment")

    def files() -> tuple[Attachment, ...]:
        if not payment.captured_minor:
            return ()
        name, content = receipt_of(payment)
        return (Attachment(name=name, content=content, mime_type=MIME_TYPE),)

    return Present(told.context, files)


def _year(year: int) -> ReceiptYear:
    """Held until the transaction ends."""
    ReceiptYear.objects.bulk_create([ReceiptYear(year=year)], ignore_conflicts=True)
    held: ReceiptYear = ReceiptYear.objects.select_for_update().get(year=year)
    return held


def _sender() -> Sender:
    business = platform_settings()
    ways = (business.contact_email, business.contact_phone)
    return Sender(business.business_name, [way for way in ways if way])


def _paid(payment: Payment) -> Movement:
    reference = payment.gateway_charge_ref or payment.gateway_ref or ""
    what = str(Purpose(payment.purpose).label)
    return _movement(payment, payment.captured_at, what, reference, payment.captured)


def _given_back(refund: Refund) -> Movement:
    return _movement(refund.payment, refund.succeeded_at, "Refund", refund.gateway_ref or "", refund.amount)


def _movement(payment: Payment, moment: Any, what: str, reference: str, amount: Money) -> Movement:
    return Movement(_day(moment), what, payment.gateway.capitalize(), reference, amount)


def _day(moment: datetime) -> date:
    """On the business' calendar."""
    return moment.astimezone(ZoneInfo(settings.BUSINESS_TIME_ZONE)).date()
