"""Taking what is left of the price of something that is over: from what is held, or from the customer's card."""

import logging

from django.db import transaction

from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.selectors.paying import PAYABLE, holds_of, owed_of, paid_for
from bookings.services.charging import Outcome, charge_rest
from bookings.transitions import locked
from common.money import Money
from payments.enums import PaymentStatus
from payments.errors import Declined, NothingDue
from payments.models import Payment, PaymentId
from payments.services.cancelling import let_go
from payments.services.capturing import capture_payment
from payments.services.syncing import sync_payment

logger = logging.getLogger(__name__)


def collect_rest(booking: Booking) -> Outcome:
    """What is done is paid in full; of what was cancelled, or nobody came to, as much as is held and is kept."""
    for held in holds_of(booking.pk):
        if not _taken(booking, held):
            return Outcome.ASKED
    if booking.status != BookingStatus.COMPLETED:
        return Outcome.DONE
    return charge_rest(booking, captures_later=False)


def _taken(booking: Booking, held: Payment) -> bool:
    """Takes what is owed and lets go of the rest (E171); False where the hold is there and the gateway refuses it."""
    owed = owed_of(booking, paid_for(booking.pk))
    if not owed:
        _loosen(booking)
        return True
    try:
        capture_payment(PaymentId(held.pk), min(owed, Money(held.authorized_minor, held.currency)))
    except NothingDue:
        # Somebody was faster: with taking it, or with letting it go.
        return True
    except Declined:
        # It has ended (E170), and the gateway says so when it is asked.
        if sync_payment(PaymentId(held.pk)).status == PaymentStatus.AUTHORIZED:
            logger.error("what is held cannot be taken", extra={"payment": str(held.pk)})  # noqa: TRY400 - said by it
            return False
    return True


@transaction.atomic
def _loosen(booking: Booking) -> None:
    locked(booking.pk)
    let_go(PAYABLE, booking.pk, which={PaymentStatus.AUTHORIZED})
