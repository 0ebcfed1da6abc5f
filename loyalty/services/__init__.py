"""What is done with points and promo codes. Upper floors enter here."""

from loyalty.services.adjusting import adjust_points
from loyalty.services.earning import earn_points, reverse_points
from loyalty.services.expiring import announce_expiry, expire_points
from loyalty.services.promo_desk import generate_promos, require_room_for_uses, save_promo
from loyalty.services.promos import hold_promo, hold_promo_again, quote_promo, release_promo, use_promo
from loyalty.services.redeeming import (
    redeem_for_booking,
    redeem_for_credit,
    redeem_on,
    redeem_points,
    restore_points,
)

__all__ = [
    "adjust_points",
    "announce_expiry",
    "earn_points",
    "expire_points",
    "generate_promos",
    "hold_promo",
    "hold_promo_again",
    "quote_promo",
    "redeem_for_booking",
    "redeem_for_credit",
    "redeem_on",
    "redeem_points",
    "release_promo",
    "require_room_for_uses",
    "restore_points",
    "reverse_points",
    "save_promo",
    "use_promo",
]
