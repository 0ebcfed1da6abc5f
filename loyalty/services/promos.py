"""A promo code from the order that names it to the booking that is paid, or not.

    hold_promo(code, …, subject_id=booking.pk)      in the transaction that makes the booking
    use_promo(booking.pk)                           when it is paid, or needs no payment
    release_promo(booking.pk)                       when it expires unpaid, fails or is cancelled
    hold_promo_again(booking.pk)                    when its money arrives after that

The code's row is locked before anything of it is counted, so its last use goes to one of many who want it.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.keyed_hashes import keyed_hash, keyed_hashes
from accounts.models import User
from common import clock
from common.money import Money
from loyalty.enums import COUNTED, RedemptionState
from loyalty.errors import AnotherPromoApplied, PromoUnknown
from loyalty.models import PromoCode, PromoRedemption
from loyalty.promo import Basket, Customer, discount_of
from loyalty.selectors import find_promo, uses_of

PHONE_PURPOSE = "promo-phone"


def quote_promo(typed: str, basket: Basket, *, user: User, has_booked: bool) -> tuple[PromoCode, Money]:
    """The code and what it would take off the basket now; refuses as `hold_promo` will. Nothing is held."""
    promo = find_promo(typed)
    if promo is None:
        raise PromoUnknown
    return promo, _discount(promo, basket, user, has_booked, clock.now())


@transaction.atomic
def hold_promo(promo: PromoCode, basket: Basket, *, user: User, has_booked: bool, subject_id: UUID) -> PromoRedemption:
    """Reserves a use of the code, by what the code says now; one that is there for the subject is answered again.

    A subject takes one code. What was released can be held anew, if the code has a use left.
    """
    locked = PromoCode.objects.select_for_update(no_key=True).filter(pk=promo.pk).first()
    if locked is None:
        raise PromoUnknown
    there = PromoRedemption.objects.of(subject_id).counted().first()
    if there is not None:
        return _same_code(there, locked)
    now = clock.now()
    discount = _discount(locked, basket, user, has_booked, now)
    PromoCode.objects.filter(pk=locked.pk).update(used_count=F("used_count") + 1)
    return _held(locked, basket, discount, user, subject_id, now)


@transaction.atomic
def use_promo(subject_id: UUID) -> PromoRedemption | None:
    """What was held is used for good; None if no code is applied. A second time changes nothing."""
    PromoRedemption.objects.of(subject_id).filter(state=RedemptionState.HELD).update(
        state=RedemptionState.USED, updated_at=Now()
    )
    return PromoRedemption.objects.of(subject_id).counted().select_related("promo").first()


@transaction.atomic
def release_promo(subject_id: UUID) -> bool:
    """Gives the use back to the code; False if there was none to give back, as for the second of two who release."""
    there = PromoRedemption.objects.of(subject_id).counted().first()
    if there is None:
        return False
    PromoCode.objects.select_for_update(no_key=True).get(pk=there.promo_id)
    released = PromoRedemption.objects.filter(pk=there.pk, state__in=COUNTED).update(
        state=RedemptionState.RELEASED, updated_at=Now()
    )
    PromoCode.objects.filter(pk=there.promo_id).update(used_count=F("used_count") - released)
    return bool(released)


@transaction.atomic
def hold_promo_again(subject_id: UUID) -> bool:
    """Takes back the use that was released, at the terms of then: whether the code still has one for this person.

    True where there is nothing to take back. A code that staff have switched off meanwhile is gone.
    """
    uses = PromoRedemption.objects.of(subject_id).order_by("-id")
    latest = uses.select_related("user").first()
    if latest is None or latest.state in COUNTED:
        return True
    promo = PromoCode.objects.select_for_update(no_key=True).get(pk=latest.promo_id)
    if not promo.is_active or not _has_room(promo, latest.user):
        return False
    taken = PromoRedemption.objects.filter(pk=latest.pk, state=RedemptionState.RELEASED).update(
        state=RedemptionState.HELD, updated_at=Now()
    )
    PromoCode.objects.filter(pk=promo.pk).update(used_count=F("used_count") + taken)
    return True


def _has_room(promo: PromoCode, user: User) -> bool:
    if promo.total_limit is not None and promo.used_count >= promo.total_limit:
        return False
    return promo.per_user_limit is None or uses_of(promo, user, phone_hashes_of(user)) < promo.per_user_limit


def phone_hashes_of(user: User) -> Sequence[str]:
    """What a verified phone is recognised by, under the present key and the former ones; a claimed one is nobody's."""
    if not user.phone_number or user.phone_verified_at is None:
        return ()
    return keyed_hashes(PHONE_PURPOSE, str(user.phone_number))


def _discount(promo: PromoCode, basket: Basket, user: User, has_booked: bool, now: datetime) -> Money:
    customer = Customer(has_booked=has_booked, uses=uses_of(promo, user, phone_hashes_of(user)))
    return discount_of(promo.terms, basket, customer, now=now)


def _held(
    promo: PromoCode, basket: Basket, discount: Money, user: User, subject_id: UUID, now: datetime
) -> PromoRedemption:
    """Its time is the moment at which the code was found to be valid: the database compares the two."""
    verified = user.phone_number and user.phone_verified_at is not None
    redemption = PromoRedemption(
        promo=promo,
        user=user,
        phone_hash=keyed_hash(PHONE_PURPOSE, str(user.phone_number)) if verified else "",
        subject_id=subject_id,
        created_at=now,
        currency=basket.currency,
        subtotal_minor=basket.subtotal.minor,
        discount_minor=discount.minor,
        minimum_minor=promo.minimum_minor,
        cap_minor=promo.cap_minor,
        valid_from=promo.valid_from,
        valid_until=promo.valid_until,
    )
    try:
        with transaction.atomic():
            redemption.save(force_insert=True)
    except IntegrityError as error:
        # Another code was faster; two holds of the same one have queued for its row.
        raise AnotherPromoApplied from error
    return redemption


def _same_code(there: PromoRedemption, promo: PromoCode) -> PromoRedemption:
    if there.promo_id != promo.pk:
        raise AnotherPromoApplied
    return there
