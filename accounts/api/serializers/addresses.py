"""How addresses are sent and shown."""

import math
from typing import Any, ClassVar

from rest_framework import serializers

from accounts.models import Address
from common.api.fields import TextField
from common.api.serializers import StrictModelSerializer
from common.errors import ValidationFailed

# About ten centimetres; more digits are noise.
DECIMALS = 6


class CoordinateField(serializers.FloatField):
    """Degrees as a JSON number."""

    def __init__(self, *, most: float, **options: Any) -> None:
        super().__init__(min_value=-most, max_value=most, **options)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool) or not isinstance(data, int | float) or not math.isfinite(data):
            self.fail("invalid")
        return round(super().to_internal_value(data), DECIMALS)


class AddressSerializer(StrictModelSerializer):
    """What is left out of a PUT becomes empty, only the default stays what it is."""

    address_line2 = TextField(max_length=255, allow_blank=True, default="")
    place_id = TextField(max_length=255, allow_blank=True, default="")
    lat = CoordinateField(most=90, allow_null=True, default=None)
    lng = CoordinateField(most=180, allow_null=True, default=None)
    is_default = serializers.BooleanField(required=False)

    class Meta:
        model = Address
        fields: ClassVar = [
            "id",
            "name",
            "address_line1",
            "address_line2",
            "city",
            "state",
            "pincode",
            "lat",
            "lng",
            "place_id",
            "is_default",
            "created_at",
            "updated_at",
        ]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        lat, lng = (attrs.get(name, getattr(self.instance, name, None)) for name in ("lat", "lng"))
        if (lat is None) is not (lng is None):
            raise ValidationFailed.of("lat", "Give latitude and longitude together, or neither.", "INCOMPLETE")
        return attrs
