"""The booking that a checkout leads to, unsaved: an appointment, or a visit to the customer's address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from accounts.models import Address, User
from bookings.enums import BookingKind, BookingStatus, PaymentMethod
from bookings.errors import CannotBook
from bookings.models import Booking, BookingLine
from bookings.pricing import Pricing
from bookings.quote import Quote
from bookings.services.drafting import Details, Draft, deposit_of, first_status, told_columns
from bookings.services.quoting import Basket
from bookings.transitions import Actor

COPIED = ("name", "address_line1", "address_line2", "city", "state", "pincode", "lat", "lng", "place_id")


@dataclass(frozen=True, slots=True)
class Place:
    """Where to, and whom to ask for there. Both are copies: the book of addresses goes on without the booking."""

    address: Address | None = None
    contact: Mapping[str, str] = field(default_factory=dict)

    def columns(self) -> dict[str, Any]:
        address = self.address
        copied = None if address is None else {name: getattr(address, name) for name in COPIED}
        return {"address": copied, "contact": {name: told for name, told in self.contact.items() if told} or None}


def draft_checkout(
    basket: Basket, quote: Quote, starts_at: datetime, *, customer: User, actor: Actor, details: Details, place: Place
) -> Draft:
    """Everything that costs something is the quote's, whatever has become of the catalog since.

    Online it waits for its payment, however little that is; in cash for the specialist's word or for somebody who is
    sent. A specialist who wants a deposit is paid nothing in cash.
    """
    owner, pricing = basket.first.owner, quote.pricing
    status = BookingStatus.PENDING_PAYMENT
    deposit = deposit_of(basket.first, pricing.total)
    if details.payment_method == PaymentMethod.CASH:
        if min(deposit, quote.due):
            message = "A deposit is asked for in advance: pay online."
            raise CannotBook.of("payment_method", message, "DEPOSIT_DUE")
        is_instant = owner is not None and owner.instant_booking
        status = BookingStatus.CONFIRMED if is_instant else BookingStatus.PENDING
    booking = Booking(
        kind=basket.kind,
        specialist=owner,
        service=basket.first,
        starts_at=starts_at,
        ends_at=starts_at + quote.duration,
        timezone=basket.zone.key,
        policy=quote.policy.as_json(),
        deposit_minor=deposit.minor,
        **_calendar_columns(basket),
        **_money_columns(pricing, quote),
        **place.columns(),
        **first_status(status),
        **told_columns(customer, actor, details),
    )
    return Draft(booking, _lines(booking, quote))


def _calendar_columns(basket: Basket) -> dict[str, Any]:
    whole, owner = basket.as_one(), basket.first.owner
    if basket.kind is BookingKind.VISIT or owner is None:
        return {}
    buffers = whole.buffers_on(owner.calendar)
    return {
        "calendar": owner.calendar,
        "resource": whole.room,
        "buffer_before_minutes": buffers.before // timedelta(minutes=1),
        "buffer_after_minutes": buffers.after // timedelta(minutes=1),
    }


def _money_columns(pricing: Pricing, quote: Quote) -> dict[str, Any]:
    return {
        "currency": quote.currency,
        "subtotal_minor": pricing.subtotal.minor,
        "savings_minor": pricing.savings.minor,
        "discount_minor": pricing.discount.minor,
        "tax_minor": pricing.tax.minor,
        "tax_basis_points": quote.tax.basis_points,
        "prices_include_tax": quote.tax.is_included,
        "total_minor": pricing.total.minor,
    }


def _lines(booking: Booking, quote: Quote) -> list[BookingLine]:
    return [
        BookingLine(
            booking=booking,
            service_id=line.service_id,
            position=position,
            name=line.name,
            quantity=line.quantity,
            duration_minutes=line.minutes,
            unit_price_minor=line.price.minor,
            unit_market_price_minor=line.market_price.minor if line.market_price is not None else None,
            total_minor=line.priced.total.minor,
        )
        for position, line in enumerate(quote.lines)
    ]
