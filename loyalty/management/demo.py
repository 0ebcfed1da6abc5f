"""Points and promo codes of the demo world: customers of every tier, SAVE10 and a few others."""

from datetime import timedelta
from fractions import Fraction

from accounts.management.demo_logins import DEMO_LOGINS
from accounts.models import User
from common.management.demo import DemoWorld
from common.walltime import day_range, zone_named
from loyalty.enums import DiscountKind
from loyalty.models import LoyaltyAccount, PromoCode
from loyalty.services import earn_points, generate_promos, redeem_for_credit, reverse_points

CUSTOMERS_WITH_POINTS = 24
# What a visit earns, between these, and how many visits a customer has behind them: enough for every tier.
LEAST_EARNED, MOST_EARNED = 40, 320
VISITS = (1, 2, 4, 12)
ZONE = "Asia/Kolkata"


def seed(world: DemoWorld) -> None:
    if not PromoCode.objects.filter(code="SAVE10").exists():
        _seed_codes(world)
    if not LoyaltyAccount.objects.exists():
        _seed_points(world)


def _seed_codes(world: DemoWorld) -> None:
    """One for everybody, one for newcomers, one of a week, one that is over, and a batch for a fair."""
    monday = day_range(world.today - timedelta(days=world.today.weekday()), zone_named(ZONE)).start
    percentage, fixed = DiscountKind.PERCENTAGE, DiscountKind.FIXED
    codes = [
        _code("SAVE10", "10 % off from 1,000.00", percentage, percent=10, minimum_minor=100_000, cap_minor=50_000),
        _code("WELCOME", "250.00 off a first booking", fixed, amount_minor=25_000, first_booking_only=True),
        _code("WEEK25", "A quarter off this week", percentage, percent=25, total_limit=50, cap_minor=100_000),
        _code("MONSOON", "Last season's", fixed, amount_minor=10_000, minimum_minor=50_000),
    ]
    codes[1].per_user_limit = 1
    codes[2].valid_from, codes[2].valid_until = monday, monday + timedelta(days=7)
    codes[3].valid_until = monday - timedelta(days=30)
    PromoCode.objects.bulk_create(codes)
    fair = PromoCode(discount_kind=fixed, amount_minor=5_000, currency="INR", total_limit=1, batch="Spring fair")
    admin = User.objects.get(email=DEMO_LOGINS[0].email)
    generate_promos(fair, count=20, beginning="FAIR-", actor=admin, reason="For the visitors of the fair")


def _code(code: str, description: str, kind: DiscountKind, **terms: object) -> PromoCode:
    return PromoCode(code=code, description=description, discount_kind=kind, currency="INR", **terms)


def _seed_points(world: DemoWorld) -> None:
    """Visits that earned, some of which were refunded, and points that became credit."""
    dice = world.dice("points")
    customers = User.objects.filter(is_staff=False, currency="INR", is_active=True).order_by("id")
    for person, customer in enumerate(customers[:CUSTOMERS_WITH_POINTS]):
        for visit in range(VISITS[person % len(VISITS)]):
            points = dice.randint(LEAST_EARNED, MOST_EARNED)
            earn_points(customer, points, source_key=f"demo:{customer.pk}:{visit}", reason="Booking completed")
        if person % 5 == 2:
            reverse_points(
                customer,
                earned_by=f"demo:{customer.pk}:0",
                refunded=Fraction(1, 2),
                source_key=f"demo-refund:{customer.pk}",
                reason="Booking refunded",
            )
        if person % 3 == 1:
            redeem_for_credit(customer, LEAST_EARNED // 2)
