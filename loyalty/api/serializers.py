"""How points and codes are asked for and shown."""

from typing import Any, ClassVar

from rest_framework import serializers

from common.api.fields import BoundedIntegerField, CurrencyField, IdField, InstantField, MoneyField, TextField
from common.api.serializers import StrictModelSerializer, StrictSerializer
from common.errors import ValidationFailed
from loyalty.enums import ENTRY_WORDS, EntryKind, Reward
from loyalty.models import LoyaltyEntry
from loyalty.promo import LONGEST_TYPED
from loyalty.tiers import Tier

TIERS = [(tier.value, tier.value.capitalize()) for tier in Tier]


class EntrySerializer(StrictModelSerializer):
    """One change of the balance; `amount` is negative where points went."""

    type = serializers.ChoiceField(choices=ENTRY_WORDS, source="get_kind_display", read_only=True)
    amount = serializers.IntegerField(source="points", read_only=True)
    booking_id = IdField(source="subject_id", allow_null=True, read_only=True)

    class Meta:
        model = LoyaltyEntry
        fields: ClassVar = [
            "id",
            "type",
            "amount",
            "balance_after",
            "reason",
            "booking_id",
            "expires_at",
            "created_at",
        ]
        read_only_fields = fields

    def to_representation(self, instance: LoyaltyEntry) -> Any:
        shown = super().to_representation(instance)
        shown["type"] = EntryKind(instance.kind).label.lower()
        return shown


class ExpiringSerializer(StrictSerializer):
    points = serializers.IntegerField()
    at = InstantField()


class CreditSerializer(StrictSerializer):
    amount = MoneyField(currency="INR", source="*")
    currency = CurrencyField()


class PointsSerializer(StrictSerializer):
    """What one has, what it makes of one, and what comes next. `total_earned` decides about the tier."""

    current_balance = serializers.IntegerField(help_text="Negative if points were spent that a refund took back.")
    total_earned = serializers.IntegerField()
    total_spent = serializers.IntegerField()
    tier = serializers.ChoiceField(choices=TIERS)
    benefits = serializers.ListField(child=TextField())
    next_tier = serializers.ChoiceField(choices=TIERS, allow_null=True)
    next_tier_points = serializers.IntegerField(allow_null=True, help_text="How many are missing.")
    next_tier_benefits = serializers.ListField(child=TextField())
    point_value = MoneyField(currency="INR", help_text="What one point is worth.")
    currency = CurrencyField(source="point_value.currency")
    credit = CreditSerializer(
        many=True,
        help_text="What one can pay with like money, in each currency: points that became credit, and refunds.",
    )
    expiring = ExpiringSerializer(allow_null=True, help_text="The points that end next.")
    recent_activity = EntrySerializer(many=True)


class RedeemInput(StrictSerializer):
    points = BoundedIntegerField(min_value=1, max_value=10_000_000)
    reward_type = serializers.ChoiceField(choices=Reward.choices)
    booking_id = IdField(required=False, allow_null=True, help_text="What a discount is for.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        booking_id = attrs.get("booking_id")
        if attrs["reward_type"] == Reward.DISCOUNT and booking_id is None:
            raise ValidationFailed.of("booking_id", "Say which booking the discount is for.", "REQUIRED")
        if attrs["reward_type"] == Reward.SERVICE_CREDIT and booking_id is not None:
            raise ValidationFailed.of("booking_id", "Credit is for any booking; leave this out.", "NOT_EXPECTED")
        return attrs


class RedemptionSerializer(StrictModelSerializer):
    points = serializers.SerializerMethodField()
    value = MoneyField(currency="INR", read_only=True)
    type = serializers.CharField(source="reward", read_only=True)
    applied_to = IdField(source="subject_id", allow_null=True, read_only=True)

    class Meta:
        model = LoyaltyEntry
        fields: ClassVar = ["id", "points", "value", "currency", "type", "applied_to", "created_at"]
        read_only_fields = fields

    def get_points(self, entry: LoyaltyEntry) -> int:
        return -entry.points


class RedeemedSerializer(StrictSerializer):
    redemption = RedemptionSerializer(source="*")
    new_balance = serializers.IntegerField(source="balance_after")


class PromoInput(StrictSerializer):
    code = TextField(max_length=LONGEST_TYPED)
    amount = MoneyField(help_text="What would be paid without the code, in the platform's currency.")


class PromoAnswerSerializer(StrictSerializer):
    code = TextField()
    discount = MoneyField(currency="INR")
    currency = CurrencyField(source="discount.currency")
    valid = serializers.BooleanField()
    message = TextField()
