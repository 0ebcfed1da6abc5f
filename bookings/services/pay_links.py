"""Paying by a link: the payment is opened for the booking's customer, whoever holds the link."""

from bookings.models import Booking
from bookings.selectors.pay_links import back_to
from bookings.selectors.paying import PAYABLE, wanted_of
from payments.enums import OPEN, PaymentStatus, Purpose
from payments.errors import GatewayDown, NothingDue
from payments.gateways.base import GatewayError, PayPage
from payments.gateways.registry import online_gateways
from payments.models import Payment, PaymentId
from payments.services.opening import Asked, open_payment
from payments.services.pages import page_of
from payments.services.syncing import sync_payment


def open_by_link(booking: Booking, token: str) -> PayPage | None:
    """The gateway's page, for what waits there already or for a new order; None where nothing is left to do."""
    wanted = wanted_of(booking)
    if wanted is None:
        return None
    purpose, _ = wanted
    back = back_to(token)
    payment = waiting_for(booking) or _opened(booking, purpose, back)
    if payment.status not in OPEN:
        return None
    page = page_of(payment, back=back)
    if page is None:
        raise GatewayDown
    return page


def look_again(booking: Booking) -> None:
    """What came of it at the gateway; where that does not say, webhook and sweep will."""
    try:
        waiting_for(booking)
    except GatewayError:
        return


def waiting_for(booking: Booking) -> Payment | None:
    """The order that waits for the customer at a gateway's page now, as the gateway has it; None if there is none."""
    there = Payment.objects.live().of(PAYABLE, booking.pk).filter(purpose__in=(Purpose.REST, Purpose.FULL))
    payment = there.filter(status__in=OPEN, gateway_ref__isnull=False).order_by("-pk").first()
    if payment is None:
        return None
    payment = sync_payment(PaymentId(payment.pk))
    is_waiting = payment.status in OPEN and page_of(payment, back="") is not None
    return payment if is_waiting or payment.status == PaymentStatus.CAPTURED else None


def _opened(booking: Booking, purpose: Purpose, back: str) -> Payment:
    online = online_gateways()
    if not online:
        raise GatewayDown("Nothing can be paid online here.")
    asked = Asked(PAYABLE, booking.pk, purpose, online[0], return_url=back, is_hosted=True)
    try:
        return open_payment(asked, payer=booking.customer)
    except NothingDue:
        # It was paid this very moment.
        return Payment.objects.of(PAYABLE, booking.pk).latest("id")
