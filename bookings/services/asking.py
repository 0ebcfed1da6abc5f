"""Asking a customer for money: what is due, for what, and where it can be paid."""

from bookings.models import Booking
from bookings.selectors.pay_links import link_to_pay
from bookings.selectors.paying import wanted_of
from bookings.services.messages import words
from notifications.services import notify


def ask_to_pay(booking: Booking, kind: str) -> None:
    """Once for each time that it is tried; of what is paid already nobody is told when the message leaves."""
    wanted = wanted_of(booking)
    if wanted is None:
        return
    _, amount = wanted
    told = {
        "what": words(booking, booking.customer)["what"],
        "at": booking.starts_at,
        "amount": f"{amount} {amount.currency}",
        "number": booking.number,
        "link": link_to_pay(booking.pk),
    }
    nth = f"{booking.status}:{booking.starts_at.isoformat()}:{booking.rest_tries}"
    notify(booking.customer, kind, told, event_key=f"{kind}:{booking.pk}:{nth}", about=booking.pk)
