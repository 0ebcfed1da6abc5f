"""How lists of the catalog are narrowed."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework import serializers

from catalog.enums import ResourceType, choices
from common.api.fields import TextField
from common.api.filters import IdFilter, ParameterFilter, StrictFilterSet, WholeNumberFilter, WordFilter

MOST_WORDS = 20


class WordsField(serializers.ListField):
    """Words with commas between them."""

    child = TextField(max_length=50)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_WORDS, allow_empty=False, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        return super().to_internal_value(str(data).split(",", MOST_WORDS + 1))


class AmenitiesFilter(ParameterFilter):
    """Has all of them."""

    def __init__(self, **options: Any) -> None:
        super().__init__("amenities", "contains", reader=WordsField(), **options)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        return qs.filter(amenities__contains=value) if value else qs


class LocationFilter(ParameterFilter):
    def __init__(self, **options: Any) -> None:
        super().__init__("location", "icontains", reader=TextField(max_length=100), **options)


class ResourceFilterSet(StrictFilterSet):
    type = WordFilter("type", words=choices(ResourceType))
    capacity = WholeNumberFilter("capacity", "gte", least=1, most=100_000, label="People it must hold.")
    amenities = AmenitiesFilter()
    location = LocationFilter()


class SpecialistFilterSet(StrictFilterSet):
    specialties = ParameterFilter("specialties", "overlap", reader=WordsField(), label="Any of them.")
    location = LocationFilter()

    ranges: ClassVar = ()


class ReviewFilterSet(StrictFilterSet):
    specialist_id = IdFilter("specialist")
    service_id = IdFilter("service")
    resource_id = IdFilter("resource")
    customer_id = IdFilter("customer")
    rating = WholeNumberFilter("rating", least=1, most=5, label="So many stars.")
