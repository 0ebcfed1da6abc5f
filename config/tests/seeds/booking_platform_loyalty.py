"""Points of the booking platform, in camelCase, and the promo code of the home services."""

from config.tests.seeds.printed import Made, Printed
from config.tests.seeds.stage import Stage
from loyalty.enums import DiscountKind
from loyalty.models import PromoCode
from loyalty.services import earn_points

ACTIVITY = {"type": ..., "amount": ..., "reason": ..., "bookingId": ..., "createdAt": ...}


def some_points(stage: Stage) -> Made:
    earn_points(stage.john, 150, source_key="booking:printed", reason="Booking completed")
    return {}


def save10(stage: Stage) -> Made:
    PromoCode.objects.create(code="SAVE10", discount_kind=DiscountKind.PERCENTAGE, percent=10, currency="INR")
    return {}


REQUESTS = [
    Printed(
        call="GET /loyalty/points",
        camel=True,
        given=some_points,
        told={
            "success": ...,
            "data": {
                "currentBalance": ...,
                "totalEarned": ...,
                "totalSpent": ...,
                "tier": ...,
                "nextTierPoints": ...,
                "nextTierBenefits": ...,
                "recentActivity": [ACTIVITY],
            },
        },
    ),
    # The other of the two rewards that are printed needs a booking with something due.
    Printed(
        call="POST /loyalty/redeem",
        camel=True,
        given=some_points,
        sends={"points": 50, "rewardType": "service_credit"},
        told={
            "success": ...,
            "data": {
                "redemption": {"id": ..., "points": ..., "value": ..., "type": ..., "appliedTo": ...},
                "newBalance": ...,
            },
        },
    ),
    Printed(call="GET /loyalty/history", camel=True, given=some_points, told={"success": ...}),
    Printed(
        call="POST /promo-codes/validate",
        by="nobody",
        given=save10,
        sends={"code": "SAVE10", "amount": 2000.00},
        told={"success": ..., "data": {"code": ..., "discount": ..., "valid": ..., "message": ...}},
    ),
]
