"""Serializers that take both spellings of every declared field and refuse every other field by name."""

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, ClassVar

from django.db import models
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from common.api.fields import (
    BoundedIntegerField,
    DateField,
    FreeFormField,
    IdField,
    InstantField,
    MultilineTextField,
    TextField,
    TimeOfDayField,
    VisibleRelatedField,
)
from common.casing import spellings

MAX_ITEMS = 1_000


class StrictInput:
    """Maps the keys of an object to declared names before DRF looks at it, at every depth."""

    fields: Any

    def to_internal_value(self, data: Any) -> Any:
        return super().to_internal_value(self._declared(data) if isinstance(data, Mapping) else data)  # type: ignore[misc]  # a mixin of serializers

    def _declared(self, data: Mapping[str, Any]) -> dict[str, Any]:
        accepted = spellings(self.fields)
        declared: dict[str, Any] = {}
        refused: dict[str, list[ErrorDetail]] = {}
        for key, value in data.items():
            name = accepted.get(key)
            if name is None or isinstance(self.fields[name], serializers.HiddenField):
                refused[_shown(key)] = [ErrorDetail("This field is not known here.", "unknown_field")]
            elif self.fields[name].read_only:
                refused[name] = [ErrorDetail("This is set by the server.", "read_only")]
            elif name in declared and not _same(declared[name], value):
                refused[name] = [ErrorDetail("Both spellings are given, with different values.", "ambiguous")]
            else:
                declared[name] = value
        if refused:
            raise ValidationError(refused)
        return declared


class StrictListSerializer(serializers.ListSerializer[Any]):
    """A list of objects, bounded even where nobody thought of a bound."""

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("max_length", MAX_ITEMS)
        super().__init__(*args, **options)


class StrictSerializer(StrictInput, serializers.Serializer[Any]):
    """For input without a model, and for nested objects."""

    class Meta:
        list_serializer_class = StrictListSerializer


class StrictModelSerializer(StrictInput, serializers.ModelSerializer[Any]):
    """For a model's facts; each column gets the strict field of its kind."""

    serializer_field_mapping: ClassVar = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.CharField: TextField,
        models.TextField: MultilineTextField,
        models.DateField: DateField,
        models.DateTimeField: InstantField,
        models.IntegerField: BoundedIntegerField,
        models.PositiveIntegerField: BoundedIntegerField,
        models.PositiveSmallIntegerField: BoundedIntegerField,
        models.SmallIntegerField: BoundedIntegerField,
        models.BigIntegerField: BoundedIntegerField,
        models.JSONField: FreeFormField,
        models.TimeField: TimeOfDayField,
        models.UUIDField: IdField,
    }
    serializer_related_field = VisibleRelatedField


def represented(kind: Callable[[], serializers.BaseSerializer[Any]], thing: Any) -> Any:
    """How a serializer that reads nothing from the request shows `thing`.

    Building the fields costs several times what using them does, so one instance serves all requests.
    """
    return _shared(kind).to_representation(thing)


def validated(kind: Callable[[], serializers.BaseSerializer[Any]], data: Any) -> Any:
    """What a serializer that asks nothing but `data` makes of it, or why it does not; one instance for all requests."""
    try:
        return _shared(kind).run_validation(data)
    except ValidationError as error:
        if isinstance(error.detail, dict):
            raise
        # What is no object at all has no fields to tell of.
        raise ValidationError({api_settings.NON_FIELD_ERRORS_KEY: error.detail}) from error


@cache
def _shared(kind: Callable[[], serializers.BaseSerializer[Any]]) -> serializers.BaseSerializer[Any]:
    return kind()


def _same(one: Any, other: Any) -> bool:
    # Python calls True, 1 and 1.0 equal; on the wire they differ.
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def _shown(key: str) -> str:
    return key[:100]
