"""Hours as the API writes them, and as it reads them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from catalog.hours import DAYS, Overrides, Week, read_overrides, read_week
from catalog.selectors.listings import hours_of
from common.api.fields import ZoneField
from common.api.serializers import StrictSerializer

_TIME = {"type": "string", "example": "09:00"}
_RANGES = {
    "type": "array",
    "items": {"type": "object", "required": ["start", "end"], "properties": {"start": _TIME, "end": _TIME}},
}
WEEK_SCHEMA = {"type": "object", "properties": dict.fromkeys(DAYS, _RANGES)}
OVERRIDES_SCHEMA = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["date"],
        "properties": {"date": {"type": "string", "format": "date"}, "ranges": _RANGES},
    },
}


@extend_schema_field(WEEK_SCHEMA)
class WeekField(serializers.Field[Any, Any, Any, Any]):
    """Any of the accepted forms; what cannot be read is refused by its path."""

    def to_internal_value(self, data: Any) -> Week:
        return read_week(data)

    def to_representation(self, value: Any) -> Any:
        return value


@extend_schema_field(OVERRIDES_SCHEMA)
class OverridesField(serializers.Field[Any, Any, Any, Any]):
    def to_internal_value(self, data: Any) -> Overrides:
        return read_overrides(data)

    def to_representation(self, value: Any) -> Any:
        return value


class HoursSerializer(StrictSerializer):
    """What is not given stays as it is. A day that is not named among given `working_hours` is closed."""

    timezone = ZoneField(required=False)
    working_hours = WeekField(required=False)
    overrides = OverridesField(required=False)

    input_names: ClassVar = {"timezone": "timezone", "working_hours": "week", "overrides": "overrides"}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {self.input_names[name]: value for name, value in attrs.items()}

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return hours_of(instance)
