"""Maps whose keys belong to somebody else: metadata, notes, prefill, audit changes, a gateway's objects."""

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.wire import encoded
from common.casing import FreeForm


@extend_schema_field(OpenApiTypes.OBJECT)
class FreeFormField(serializers.Field[FreeForm, Any, Any, Any]):
    """Hands the map on as it came, in both directions and both spellings."""

    default_error_messages: ClassVar = {
        "not_a_map": "Expected an object.",
        "max_length": "The object is larger than {max_bytes} bytes.",
    }

    def __init__(self, *, max_bytes: int = 16_384, **options: Any) -> None:
        self.max_bytes = max_bytes
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> FreeForm:
        if not isinstance(data, dict):
            self.fail("not_a_map")
        if len(encoded(data)) > self.max_bytes:
            self.fail("max_length", max_bytes=self.max_bytes)
        return FreeForm(data)

    def to_representation(self, value: Any) -> FreeForm:
        return FreeForm(value)
