"""What is asked of the search, and how services that were found are shown."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from accounts.avatar_files import avatar_url
from catalog.api.filters import WordsField
from catalog.api.serializers.listings import CatalogServiceSerializer, SpecialistSerializer
from catalog.models import Specialist
from catalog.selectors.search import SORTS
from common.api.fields import BoundedIntegerField, CurrencyField, DateField, InstantField, MoneyField, TextField
from common.api.filters import PlainDecimalField, SearchField
from common.api.pagination import PAGINATION_SCHEMA
from common.api.serializers import StrictModelSerializer, StrictSerializer
from common.money import AmountOutOfRange, Money, MoneyError
from common.platform import platform_settings

MOST_RADIUS_KM = 1_000


class DegreesField(PlainDecimalField):
    """As devices send it, with up to sixteen decimals."""

    def __init__(self, most: int, **options: Any) -> None:
        super().__init__(max_digits=19, decimal_places=16, min_value=-most, max_value=most, **options)


class PriceField(PlainDecimalField):
    """How many decimals it may have depends on the currency, which is known once all is read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=19, decimal_places=6, min_value=0, **options)


class SearchQuery(StrictSerializer):
    """All parameters narrow the search down together; none is needed."""

    query = SearchField(required=False, help_text="Every word must occur; of the last one the beginning is enough.")
    category = TextField(required=False, max_length=100, help_text="By slug or by name.")
    tier = TextField(required=False, max_length=50, help_text="By slug or by name.")
    currency = CurrencyField(
        required=False,
        help_text="Only services in this currency. Prices are read in it, or else in the platform's own.",
    )
    min_price = PriceField(required=False)
    max_price = PriceField(required=False)
    rating = PlainDecimalField(
        max_digits=3,
        decimal_places=2,
        min_value=1,
        max_value=5,
        required=False,
        help_text="Stars on average, at least.",
    )
    location = TextField(required=False, max_length=100, help_text="A part of where the specialist is.")
    availability = DateField(required=False, help_text="Something is free on this day, by the specialist's clock.")
    specialties = WordsField(required=False, help_text="Any of these words, with commas between them.")
    sort_by = serializers.ChoiceField(
        choices=SORTS, required=False, help_text="By relevance where there is a query, else by rating."
    )
    lat = DegreesField(90, required=False)
    lng = DegreesField(180, required=False)
    radius_km = PlainDecimalField(max_digits=8, decimal_places=3, min_value=0, max_value=MOST_RADIUS_KM, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        self._require_place(attrs)
        if attrs.get("sort_by") == "relevance" and "query" not in attrs:
            raise _refused("query", "Relevance needs something that is searched for.", "required")
        attrs["is_in_currency"] = "currency" in attrs
        attrs.setdefault("currency", platform_settings().default_currency)
        for name in ("min_price", "max_price"):
            if name in attrs:
                attrs[name] = _minor(attrs[name], attrs["currency"], name)
        if attrs.get("min_price", 0) > attrs.get("max_price", attrs.get("min_price", 0)):
            raise _refused("max_price", "This must not be less than min_price.", "range")
        return attrs

    def _require_place(self, attrs: dict[str, Any]) -> None:
        needed: list[str] = [name for name in ("lat", "lng", "radius_km") if name in attrs]
        if attrs.get("sort_by") == "distance":
            needed.append("sort_by")
        missing = [name for name in ("lat", "lng") if needed and name not in attrs]
        if missing:
            message = f"{needed[0]} needs a place: give lat and lng."
            raise ValidationError({name: [ErrorDetail(message, "required")] for name in missing})


class SpecialistCardSerializer(StrictModelSerializer):
    """Who offers it, in brief; all of it is at `/specialists/{id}`."""

    first_name = TextField(source="user.first_name", read_only=True)
    last_name = TextField(source="user.last_name", read_only=True)
    avatar = serializers.SerializerMethodField(help_text="Where the picture is.")
    rating = serializers.FloatField(allow_null=True, read_only=True)
    total_reviews = BoundedIntegerField(source="rating_count", read_only=True)
    response_time = serializers.SerializerMethodField()
    timezone = TextField(source="calendar.timezone", read_only=True)

    class Meta:
        model = Specialist
        fields: ClassVar = [
            "id",
            "business_name",
            "first_name",
            "last_name",
            "avatar",
            "specialties",
            "rating",
            "total_reviews",
            "is_verified",
            "response_time",
            "location",
            "timezone",
        ]
        read_only_fields = fields

    get_response_time = SpecialistSerializer.get_response_time

    def get_avatar(self, specialist: Specialist) -> str | None:
        return avatar_url(specialist.user.avatar)


class FoundServiceSerializer(CatalogServiceSerializer):
    """`specialist` and `next_available` are null where it is open who will do it."""

    specialist = SpecialistCardSerializer(source="owner", allow_null=True, read_only=True)

    class Meta(CatalogServiceSerializer.Meta):
        fields: ClassVar = [*CatalogServiceSerializer.Meta.fields, "specialist"]
        read_only_fields = fields


class FoundServicePageSerializer(FoundServiceSerializer):
    next_available = InstantField(allow_null=True, help_text="The first free start within the next 14 days.")
    distance_km = serializers.FloatField(allow_null=True, required=False, help_text="From lat and lng.")

    class Meta(FoundServiceSerializer.Meta):
        fields: ClassVar = [*FoundServiceSerializer.Meta.fields, "next_available", "distance_km"]
        read_only_fields = fields


class CategoryCountSerializer(StrictSerializer):
    slug = TextField()
    name = TextField()
    count = BoundedIntegerField()


class PriceRangeSerializer(StrictSerializer):
    """Both bounds belong to the range; the last one has no `max`."""

    min = MoneyField()
    max = MoneyField(allow_null=True)
    currency = CurrencyField()
    count = BoundedIntegerField()


class FacetsSerializer(StrictSerializer):
    categories = CategoryCountSerializer(many=True)
    price_ranges = PriceRangeSerializer(many=True)


@extend_schema_field(PAGINATION_SCHEMA)
class PaginationField(serializers.JSONField):
    """What is known about the whole."""


class SearchSerializer(StrictSerializer):
    services = FoundServicePageSerializer(many=True)
    pagination = PaginationField()
    filters = FacetsSerializer()


def _minor(amount: Any, currency: str, field: str) -> int:
    try:
        return Money.parse(f"{amount.normalize():f}", currency).minor
    except AmountOutOfRange as error:
        raise _refused(field, str(error), "out_of_range") from error
    except MoneyError as error:
        raise _refused(field, str(error), "invalid") from error


def _refused(field: str, message: str, code: str) -> ValidationError:
    return ValidationError({field: [ErrorDetail(message, code)]})
