"""The second half of a checkout: what was promised becomes a booking, once and at the promised price.

1. The preview is locked. One that is confirmed already answers which booking it became; one whose promise is over is
   good for nothing, unless it held a time: that goes on if nobody has taken the time and the price is still the same.
2. The booking is drafted from what the preview keeps. Only whether its services are still offered is asked anew.
3. Its time goes from the preview's name to its own, or is claimed.
4. The promo code is held for it by what the code says now. Where that is no longer what was promised nothing is booked,
   and the refusal tells today's price.
5. The booking begins; points and credit pay their parts of it, and where nothing is left to pay it goes on as paid.

All of it is one transaction, and no gateway hears of it: paying begins after that.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import User
from bookings.answers import check_answers
from bookings.enums import BookingKind, BookingStatus, PaymentMethod
from bookings.errors import AlreadyDone, CannotBook, PreviewIsOver, PriceChanged, TimeWasLost
from bookings.models import Booking, CheckoutPreview
from bookings.quote import Means, Quote
from bookings.selectors.checkout import own_address
from bookings.selectors.paying import asked_in_money
from bookings.services.actors import customer as as_customer
from bookings.services.booking import require_few_holds, require_payable
from bookings.services.checkout_drafting import Place, draft_checkout
from bookings.services.drafting import Details, Draft, begin_drafts, claims_of
from bookings.services.expected import Expected, require_expected
from bookings.services.means import use_credit, use_points
from bookings.services.proceeding import keep_promo, proceed_if_covered
from bookings.services.quoting import Basket, filled_basket, has_booked, promo_basket, quote_basket
from bookings.services.times import NO_TIME, When, require_time
from catalog.errors import DayIsFull, SlotTaken
from catalog.occupancy import hand_over, take
from common import clock
from common.errors import Detail, NotFound, ValidationFailed
from loyalty.errors import PromoExhausted, PromoRefused, PromoUnknown
from loyalty.models import PromoCode
from loyalty.services import hold_promo


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What the customer says to a preview. Nothing of it changes what that has promised."""

    preview_id: UUID
    payment_method: PaymentMethod
    policy_accepted: bool
    when: When = NO_TIME
    address_id: UUID | None = None
    contact: Mapping[str, str] | None = None
    notes: str = ""
    answers: Mapping[str, Any] | None = None
    amount: str | None = None


@transaction.atomic(savepoint=False)
def confirm_checkout(asked: Confirmed, *, customer: User) -> Booking:
    """The booking that the preview becomes: waiting for its payment, paid by other means, or to be paid in cash."""
    if not asked.policy_accepted:
        message = "Accept the cancellation policy to book."
        raise CannotBook.of("cancellation_policy_accepted", message, "POLICY_NOT_ACCEPTED")
    preview = _locked(asked.preview_id, customer)
    quote = preview.quoted
    basket = filled_basket({line.service_id: line.quantity for line in quote.lines}, customer)
    _require_promise(preview, quote, basket)
    draft = _drafted(preview, quote, basket, asked, customer)
    booking = draft.booking
    _take_time(preview, booking)
    _hold_code(quote, booking, basket)
    if booking.status == BookingStatus.PENDING_PAYMENT:
        require_few_holds(customer)
    begin_drafts([draft], actor=as_customer(customer))
    _pay_by_means(quote, booking)
    require_payable(booking)
    preview.booking, preview.is_holding = booking, False
    preview.save(update_fields=["booking", "is_holding"])
    return booking


def _locked(pk: UUID, customer: User) -> CheckoutPreview:
    """One's own, to be confirmed by nobody else until we are done; refuses one that is confirmed already."""
    # Without its booking: who has waited for the lock would be shown the row as it is, and what is joined as it was.
    own = CheckoutPreview.objects.visible_to(customer).select_for_update(no_key=True)
    preview = own.filter(pk=pk).first()
    if preview is None:
        raise NotFound.of("preview_id", "You have no such preview.", "NOT_FOUND")
    booking = preview.booking
    if booking is not None:
        message = f"This is booked already, as {booking.number}."
        known = {"booking_id": str(booking.pk), "booking_number": booking.number}
        raise AlreadyDone(message, [Detail("preview_id", message, "PREVIEW_USED")], known)
    return preview


def _require_promise(preview: CheckoutPreview, quote: Quote, basket: Basket) -> None:
    """After its seconds a promise is over; a time that was held along is worth asking whether all is as it was."""
    if preview.expires_at > clock.now():
        return
    if preview.starts_at is None or basket.kind is BookingKind.VISIT:
        message = "This price was promised for a short time, which is over. Prepare the checkout again."
        raise PreviewIsOver.of("preview_id", message, "PREVIEW_EXPIRED")
    with _without_its_code(basket, preview.customer):
        present = quote_basket(basket, customer=preview.customer, promo_code=quote.promo.code if quote.promo else "")
    if present.pricing != quote.pricing:
        raise PriceChanged.to(present.amounts())


def _drafted(preview: CheckoutPreview, quote: Quote, basket: Basket, asked: Confirmed, customer: User) -> Draft:
    starts_at = asked.when.start(basket.zone) or preview.starts_at
    if starts_at is None:
        raise ValidationFailed.of("booking_date", "Say when it is to take place.", "REQUIRED")
    address = preview.address if asked.address_id is None else own_address(asked.address_id, customer)
    if address is None and basket.kind is BookingKind.VISIT:
        raise ValidationFailed.of("address_id", "Say where it is to take place.", "REQUIRED")
    answers = asked.answers or {}
    check_answers([question for service in basket.services for question in service.intake_questions], answers)
    actor = as_customer(customer)
    draft = draft_checkout(
        basket,
        quote,
        starts_at,
        customer=customer,
        actor=actor,
        details=Details(notes=asked.notes, answers=answers, payment_method=asked.payment_method),
        place=Place(address, asked.contact or {}),
    )
    require_expected(draft.booking, Expected(amount=asked.amount))
    require_time(draft.booking, draft.booking.time, actor=actor, field="booking_time")
    return draft


def _take_time(preview: CheckoutPreview, booking: Booking) -> None:
    """A visit takes nobody's time before somebody is assigned to it."""
    claims = claims_of(booking)
    if not claims:
        return
    try:
        if preview.is_holding:
            hand_over(preview.pk, claims)
        else:
            take(claims)
    except (SlotTaken, DayIsFull) as error:
        if preview.starts_at == booking.starts_at:
            raise TimeWasLost.after(error) from error
        raise


def _hold_code(quote: Quote, booking: Booking, basket: Basket) -> None:
    promised = quote.promo
    if promised is None:
        return
    with _without_its_code(basket, booking.customer):
        redemption = hold_promo(
            PromoCode(pk=promised.promo_id),
            promo_basket(quote.lines, quote.currency),
            user=booking.customer,
            has_booked=has_booked(booking.customer),
            subject_id=booking.pk,
        )
    if redemption.discount != promised.discount:
        present = quote_basket(basket, customer=booking.customer, promo_code=promised.code)
        raise PriceChanged.to(present.amounts())


def _pay_by_means(quote: Quote, booking: Booking) -> None:
    """Points, then credit; a booking of which nothing is left to pay goes on at once, and so does its code's use."""
    means = quote.means
    if means.points and use_points(booking, means.points) != means.worth:
        raise PriceChanged.to(replace(quote, means=Means.none(quote.currency)).amounts())
    if means.credit:
        use_credit(booking, means.credit)
    if not asked_in_money(booking):
        proceed_if_covered(booking)
    elif booking.status == BookingStatus.CONFIRMED:
        keep_promo(booking)


@contextmanager
def _without_its_code(basket: Basket, customer: User) -> Iterator[None]:
    """A code that is no good any more changes the price; one that others have used up is told as such."""
    try:
        yield
    except PromoExhausted:
        raise
    except (PromoUnknown, PromoRefused) as error:
        raise PriceChanged.to(quote_basket(basket, customer=customer).amounts()) from error
