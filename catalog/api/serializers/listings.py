"""Services, specialists and resources as those who look around see them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.availability import SlotSerializer
from catalog.api.serializers.hours import HoursSerializer
from catalog.api.serializers.reviews import LatestReviewSerializer
from catalog.models import Category, Resource, Service, Specialist
from common.api.fields import BoundedIntegerField, InstantField, MoneyField, TextField
from common.api.serializers import StrictModelSerializer, StrictSerializer

_QUESTIONS = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["question"],
        "properties": {
            "question": {"type": "string"},
            "type": {"type": "string", "enum": ["text", "number", "yes_no", "choice"]},
            "required": {"type": "boolean"},
            "options": {"type": "array", "items": {"type": "string"}},
        },
    },
}


@extend_schema_field(_QUESTIONS)
class QuestionsField(serializers.JSONField):
    """What is asked before booking."""


class CategorySerializer(StrictModelSerializer):
    service_count = BoundedIntegerField(read_only=True)

    class Meta:
        model = Category
        fields: ClassVar = ["id", "slug", "name", "description", "icon", "service_count"]
        read_only_fields = fields


class CategoriesSerializer(StrictSerializer):
    categories = CategorySerializer(many=True)


class CatalogServiceSerializer(StrictModelSerializer):
    """A service on a list. `product_cost` and `duration_minutes` are other words for `price` and `duration`."""

    category = TextField(source="category.name", allow_null=True, read_only=True)
    category_slug = TextField(source="category.slug", allow_null=True, read_only=True)
    tier = TextField(source="tier.name", allow_null=True, read_only=True)
    price = MoneyField(read_only=True)
    product_cost = MoneyField(source="price", read_only=True)
    market_price = MoneyField(read_only=True, allow_null=True)
    duration = BoundedIntegerField(source="duration_minutes", read_only=True, help_text="Minutes.")

    class Meta:
        model = Service
        fields: ClassVar = [
            "id",
            "name",
            "description",
            "category",
            "category_slug",
            "tier",
            "price",
            "product_cost",
            "market_price",
            "currency",
            "duration",
            "duration_minutes",
            "image_url",
        ]
        read_only_fields: ClassVar[list[str]] = fields


class CatalogQuery(StrictSerializer):
    """By slug or by name."""

    category = TextField(required=False, max_length=100)
    tier = TextField(required=False, max_length=50)


class CatalogSerializer(StrictSerializer):
    categories = serializers.DictField(child=CatalogServiceSerializer(many=True))
    all_services = CatalogServiceSerializer(many=True)
    last_updated = InstantField(allow_null=True, help_text="When the youngest of these was last changed.")


class PricingSerializer(StrictSerializer):
    base_rate = MoneyField(allow_null=True)
    currency = TextField()
    deposit_amount = MoneyField(source="deposit", allow_null=True)


class SpecialistSerializer(StrictModelSerializer):
    """Somebody who can be booked. How to reach them is not part of it."""

    first_name = TextField(source="user.first_name", read_only=True)
    last_name = TextField(source="user.last_name", read_only=True)
    experience = BoundedIntegerField(source="experience_years", read_only=True, help_text="Years.")
    rating = serializers.FloatField(allow_null=True, read_only=True)
    total_reviews = BoundedIntegerField(source="rating_count", read_only=True)
    response_time = serializers.SerializerMethodField(help_text="As they say themselves.")
    response_rate = BoundedIntegerField(
        source="standing.answered_percent",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="Percent of the last requests that were answered before they lapsed.",
    )
    typical_response_minutes = BoundedIntegerField(
        source="standing.answer_minutes",
        default=None,
        allow_null=True,
        read_only=True,
        help_text="Half of the last requests were answered within these minutes.",
    )
    pricing = PricingSerializer(source="*", read_only=True)
    timezone = TextField(source="calendar.timezone", read_only=True)

    class Meta:
        model = Specialist
        fields: ClassVar[list[str]] = [
            "id",
            "business_name",
            "first_name",
            "last_name",
            "description",
            "specialties",
            "experience",
            "rating",
            "total_reviews",
            "is_verified",
            "response_time",
            "response_rate",
            "typical_response_minutes",
            "location",
            "latitude",
            "longitude",
            "pricing",
            "timezone",
        ]
        read_only_fields: ClassVar[list[str]] = fields

    def get_response_time(self, specialist: Specialist) -> str | None:
        return None if specialist.response_minutes is None else _within(specialist.response_minutes)


class SpecialistPageSerializer(SpecialistSerializer):
    reviews = LatestReviewSerializer(many=True, read_only=True)

    class Meta(SpecialistSerializer.Meta):
        fields: ClassVar = [*SpecialistSerializer.Meta.fields, "reviews"]
        read_only_fields = fields


class NextSlotsSerializer(StrictSerializer):
    timezone = TextField()
    next_slots = SlotSerializer(many=True)


class ServiceSerializer(CatalogServiceSerializer):
    """A service on its own page. `availability` is null where it is open who will do it."""

    specialist = SpecialistSerializer(source="owner", allow_null=True, read_only=True)
    intake_questions = QuestionsField(read_only=True)

    class Meta(CatalogServiceSerializer.Meta):
        fields: ClassVar = [
            *CatalogServiceSerializer.Meta.fields,
            "long_description",
            "requirements",
            "deliverables",
            "intake_questions",
            "specialist",
        ]
        read_only_fields = fields


class ServicePageSerializer(ServiceSerializer):
    reviews = LatestReviewSerializer(many=True, read_only=True)
    availability = NextSlotsSerializer(allow_null=True, read_only=True)

    class Meta(ServiceSerializer.Meta):
        fields: ClassVar = [*ServiceSerializer.Meta.fields, "reviews", "availability"]
        read_only_fields = fields


class BusinessHoursSerializer(StrictSerializer):
    start = TextField()
    end = TextField()


class ResourceSerializer(StrictModelSerializer):
    """`business_hours` are the earliest opening and the latest closing of the week; `availability` tells all."""

    business_hours = serializers.SerializerMethodField()
    availability = HoursSerializer(source="calendar", read_only=True)

    class Meta:
        model = Resource
        fields: ClassVar = [
            "id",
            "name",
            "type",
            "description",
            "capacity",
            "location",
            "amenities",
            "image_url",
            "business_hours",
            "availability",
            "is_active",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field(BusinessHoursSerializer(allow_null=True))
    def get_business_hours(self, resource: Resource) -> dict[str, Any] | None:
        ranges = [each for day in resource.calendar.weekly_hours.values() for each in day]
        if not ranges:
            return None
        # A range that runs past midnight closes later than any that does not.
        latest = max(ranges, key=lambda each: (each["end"] <= each["start"], each["end"]))
        return {"start": min(each["start"] for each in ranges), "end": latest["end"]}


def _within(minutes: int) -> str:
    if minutes < 60:
        return "within 1 minute" if minutes <= 1 else f"within {minutes} minutes"
    hours = -(-minutes // 60)
    if hours < 48:
        return "within 1 hour" if hours == 1 else f"within {hours} hours"
    return f"within {-(-hours // 24)} days"
