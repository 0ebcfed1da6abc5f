from loyalty.models.account import LoyaltyAccount
from loyalty.models.entry import EntryId, LoyaltyEntry
from loyalty.models.lot import LotMove, PointsLot
from loyalty.models.promo_code import PromoCode, PromoCodeId
from loyalty.models.promo_redemption import PromoRedemption

__all__ = [
    "EntryId",
    "LotMove",
    "LoyaltyAccount",
    "LoyaltyEntry",
    "PointsLot",
    "PromoCode",
    "PromoCodeId",
    "PromoRedemption",
]
