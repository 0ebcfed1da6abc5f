"""Ids are opaque UUIDs; a foreign object is as absent as one that never was."""

import re
from typing import Any
from uuid import UUID

from rest_framework import serializers

_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)


class IdField(serializers.UUIDField):
    """The hyphenated form only: DRF's own also reads integers, URNs and braces."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str) or not _UUID.fullmatch(data):
            self.fail("invalid", value=str(data)[:50])
        return UUID(data)


class VisibleRelatedField(serializers.PrimaryKeyRelatedField[Any]):
    """Names an object by id, among those that the caller may see."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("pk_field", IdField())
        super().__init__(**options)

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        if queryset is None or not hasattr(queryset, "visible_to"):
            return queryset
        request = self.context.get("request")
        return queryset.visible_to(request.user) if request else queryset.none()
