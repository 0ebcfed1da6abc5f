"""The first half of a checkout: a price that is promised, the times there are, and one of them held if it is wanted.

1. The basket is priced as it is now; nothing that a client says of prices is looked at.
2. Where a time is wanted that somebody's calendar has to have free, it is held in the preview's name until the preview
   expires. A visit takes nobody's time yet, so nothing is held for it.
3. A customer holds one time at most: the next preview takes over what the one before it held, or gives it back.

Locks are taken in one order, here and when a preview is confirmed: previews, calendars, the customer.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts.models import Address, User
from bookings.models import Booking, CheckoutPreview
from bookings.selectors.checkout import free_starts, own_address
from bookings.services.actors import customer as as_customer
from bookings.services.booking import require_few_holds
from bookings.services.checkout_drafting import Place, draft_checkout
from bookings.services.drafting import NO_DETAILS, claims_of
from bookings.services.quoting import Basket, filled_basket, quote_basket, with_means
from bookings.services.times import NO_TIME, When, require_time
from catalog.enums import OccupancyKind
from catalog.occupancy import hand_over, release, take
from common import clock
from common.platform import platform_settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many of each service, and what else is said of how they are to be had."""

    items: Mapping[UUID, int]
    promo_code: str = ""
    address_id: UUID | None = None
    when: When = NO_TIME
    use_points: int | bool = False
    use_credit: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """`starts` are those of the day that was asked for, the held one among them."""

    preview: CheckoutPreview
    basket: Basket
    address: Address | None
    starts: Sequence[datetime]


@transaction.atomic
def prepare_checkout(wanted: Wanted, *, customer: User) -> Prepared:
    """Refuses what cannot be booked like this, so that a preview is worth its promise."""
    basket = filled_basket(wanted.items, customer)
    quote = quote_basket(basket, customer=customer, promo_code=wanted.promo_code)
    if wanted.use_points or wanted.use_credit:
        quote = with_means(quote, customer=customer, use_points=wanted.use_points, use_credit=wanted.use_credit)
    address = None if wanted.address_id is None else own_address(wanted.address_id, customer)
    starts_at = wanted.when.start(basket.zone)
    preview = CheckoutPreview(
        customer=customer,
        address=address,
        quote=quote.as_json(),
        starts_at=starts_at,
        ends_at=None if starts_at is None else starts_at + quote.duration,
        expires_at=clock.now() + timedelta(seconds=platform_settings().preview_seconds),
    )
    draft = None
    if starts_at is not None:
        actor = as_customer(customer)
        place = Place(address)
        draft = draft_checkout(
            basket, quote, starts_at, customer=customer, actor=actor, details=NO_DETAILS, place=place
        ).booking
        require_time(draft, draft.time, actor=actor, field="booking_time")
    _hold(preview, draft)
    preview.save(force_insert=True)
    return Prepared(preview, basket, address, _starts(basket, wanted.when, preview))


def _hold(preview: CheckoutPreview, draft: Booking | None) -> None:
    """Takes the draft's time in the preview's name, from the preview before it where that has it."""
    former = CheckoutPreview.objects.holding().filter(customer=preview.customer).select_for_update(no_key=True).first()
    claims = [] if draft is None else claims_of(draft)
    holds = [replace(each, kind=OccupancyKind.HOLD, subject_id=preview.pk) for each in claims]
    if former is not None:
        former.is_holding = False
        former.save(update_fields=["is_holding"])
        if holds:
            hand_over(former.pk, holds)
        else:
            release([former.pk])
    elif holds:
        take(holds)
    if holds:
        require_few_holds(preview.customer)
        preview.is_holding = True


def _starts(basket: Basket, when: When, preview: CheckoutPreview) -> list[datetime]:
    if when.day is None:
        return []
    found = set(free_starts(basket.as_one(), when.day))
    if preview.is_holding and preview.starts_at is not None:
        found.add(preview.starts_at)
    return sorted(found)
