"""What a specialist sends and sees of the own profile, services and hours."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.core.validators import URLValidator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.api.serializers.availability import TimeSlotInput
from catalog.api.serializers.hours import HoursSerializer
from catalog.api.serializers.listings import CatalogServiceSerializer, QuestionsField, SpecialistSerializer
from catalog.models import Category, Service
from catalog.models.calendar import MOST_BUFFER_MINUTES
from catalog.models.intake import check_intake_questions
from catalog.models.service import LONGEST_LINE, MOST_LINES, MOST_SERVICE_MINUTES
from catalog.models.specialist import LONGEST_SPECIALTY, MOST_EXPERIENCE_YEARS, MOST_SPECIALTIES
from common.api.fields import BoundedIntegerField, CurrencyField, MoneyField, MultilineTextField, TextField
from common.api.serializers import StrictSerializer
from common.money import MoneyError, exponent


@extend_schema_field({"type": "string", "maxLength": 100, "example": "consultation"})
class CategoryField(serializers.Field[Category, Any, Any, Any]):
    """A category that is shown, by its slug or its name."""

    word = TextField(max_length=100)
    default_error_messages: ClassVar = {"does_not_exist": "There is no such category."}

    def to_internal_value(self, data: Any) -> Any:
        found = Category.objects.active().called(self.word.run_validation(data)).first()
        if found is None:
            self.fail("does_not_exist")
        return found

    def to_representation(self, value: Category) -> str:
        return value.name


class PictureField(TextField):
    """An address of the web that is read over TLS."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=500, validators=[URLValidator(schemes=["https"])], **options)


class AskedQuestionsField(QuestionsField):
    def __init__(self, **options: Any) -> None:
        super().__init__(validators=[check_intake_questions], **options)


class ServiceInput(StrictSerializer):
    """`price` and `market_price` are read in `currency`, by default the service's or the specialist's."""

    columns: ClassVar = {
        "duration": "duration_minutes",
        "buffer_before": "buffer_before_minutes",
        "buffer_after": "buffer_after_minutes",
    }

    name = TextField(max_length=150)
    description = TextField(max_length=500, required=False, allow_blank=True)
    long_description = MultilineTextField(max_length=5_000, required=False, allow_blank=True)
    category = CategoryField(required=False, allow_null=True)
    duration = BoundedIntegerField(min_value=5, max_value=MOST_SERVICE_MINUTES, help_text="Minutes.")
    buffer_before = BoundedIntegerField(min_value=0, max_value=MOST_BUFFER_MINUTES, required=False, allow_null=True)
    buffer_after = BoundedIntegerField(min_value=0, max_value=MOST_BUFFER_MINUTES, required=False, allow_null=True)
    price = MoneyField()
    market_price = MoneyField(required=False, allow_null=True)
    currency = CurrencyField(required=False)
    requirements = serializers.ListField(
        child=TextField(max_length=LONGEST_LINE), max_length=MOST_LINES, required=False
    )
    deliverables = serializers.ListField(
        child=TextField(max_length=LONGEST_LINE), max_length=MOST_LINES, required=False
    )
    intake_questions = AskedQuestionsField(required=False)
    image_url = PictureField(required=False, allow_blank=True)
    is_active = serializers.BooleanField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return _as_columns(attrs, self.columns, amounts={"price": "price_minor", "market_price": "market_price_minor"})


class OwnServiceSerializer(CatalogServiceSerializer):
    buffer_before = BoundedIntegerField(source="buffer_before_minutes", allow_null=True, read_only=True)
    buffer_after = BoundedIntegerField(source="buffer_after_minutes", allow_null=True, read_only=True)
    intake_questions = QuestionsField(read_only=True)

    class Meta(CatalogServiceSerializer.Meta):
        model = Service
        fields: ClassVar = [
            *CatalogServiceSerializer.Meta.fields,
            "long_description",
            "buffer_before",
            "buffer_after",
            "requirements",
            "deliverables",
            "intake_questions",
            "is_active",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class ProfileInput(StrictSerializer):
    """What is not given stays as it is, with PUT as with PATCH. Nobody verifies or rates themselves."""

    columns: ClassVar = {"experience": "experience_years", "takes_bookings": "is_active"}

    business_name = TextField(max_length=150, required=False, allow_blank=True)
    description = MultilineTextField(max_length=2_000, required=False, allow_blank=True)
    specialties = serializers.ListField(
        child=TextField(max_length=LONGEST_SPECIALTY), max_length=MOST_SPECIALTIES, required=False
    )
    experience = BoundedIntegerField(min_value=0, max_value=MOST_EXPERIENCE_YEARS, required=False)
    base_rate = MoneyField(required=False, allow_null=True)
    deposit_amount = MoneyField(required=False, allow_null=True)
    currency = CurrencyField(required=False)
    location = TextField(max_length=200, required=False, allow_blank=True)
    latitude = serializers.DecimalField(
        max_digits=8, decimal_places=6, min_value=-90, max_value=90, required=False, allow_null=True
    )
    longitude = serializers.DecimalField(
        max_digits=9, decimal_places=6, min_value=-180, max_value=180, required=False, allow_null=True
    )
    takes_bookings = serializers.BooleanField(required=False)
    instant_booking = serializers.BooleanField(required=False)
    availability = HoursSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        hours = attrs.pop("availability", None)
        amounts = {"base_rate": "base_rate_minor", "deposit_amount": "deposit_minor"}
        return {"changes": _as_columns(attrs, self.columns, amounts=amounts), "hours": hours}

    def validate_specialties(self, specialties: list[str]) -> list[str]:
        return list(dict.fromkeys(each.lower() for each in specialties))


class RevenueSerializer(StrictSerializer):
    this_month = TextField()
    last_month = TextField()
    total = TextField()


class ProfileSerializer(SpecialistSerializer):
    user_id = serializers.UUIDField(read_only=True)
    takes_bookings = serializers.BooleanField(source="is_active", read_only=True)
    availability = HoursSerializer(source="calendar", read_only=True)
    total_bookings = BoundedIntegerField(read_only=True)
    cancellation_rate = BoundedIntegerField(
        read_only=True, allow_null=True, help_text="Taken back by the specialist, of a hundred bookings."
    )
    revenue = RevenueSerializer(read_only=True)

    class Meta(SpecialistSerializer.Meta):
        fields: ClassVar = [
            *SpecialistSerializer.Meta.fields,
            "user_id",
            "takes_bookings",
            "instant_booking",
            "availability",
            "total_bookings",
            "cancellation_rate",
            "revenue",
        ]
        read_only_fields = fields


class HoursInput(HoursSerializer):
    """At least one of the three."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError({"working_hours": ["This field is required."]}, code="required")
        return super().validate(attrs)


class OwnHoursSerializer(HoursSerializer):
    """`outside_hours` lists what is booked at times that these hours would not offer. It stays booked."""

    warning = TextField(allow_null=True, read_only=True)
    outside_hours = TimeSlotInput(many=True, read_only=True)


def currency_asked(data: Any, default: str) -> str:
    """The currency that amounts of a request are read in. One that is none is refused by its own field."""
    named = data.get("currency") if isinstance(data, Mapping) else None
    try:
        exponent(str(named).upper())
    except MoneyError:
        return default
    return str(named).upper()


def _as_columns(attrs: dict[str, Any], columns: Mapping[str, str], *, amounts: Mapping[str, str]) -> dict[str, Any]:
    found = {columns.get(name, name): value for name, value in attrs.items() if name not in amounts}
    for name, column in amounts.items():
        if name in attrs:
            found[column] = None if attrs[name] is None else attrs[name].minor
    return found
