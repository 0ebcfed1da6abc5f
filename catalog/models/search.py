"""What services are searched by: one flat row for each, so that a search reads one table."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db import models
from django.db.models import F, FloatField, Func, Q, Value

from catalog.models.category import Category, Tier
from catalog.models.service import Service
from catalog.models.specialist import Specialist
from catalog.search_area import Box, Place, box_around


class AskedWords(SearchQuery):
    """What somebody typed, as the database reads it; the last word may be unfinished.

    In a sub-select, so that the text is read once and not again for every row.
    """

    template = "(SELECT %(function)s(%(expressions)s))"

    def __init__(self, text: str) -> None:
        super().__init__(Value(text))
        self.function = "catalog_search_query"


class KilometresFrom(Func):
    """The great-circle distance of a row's specialist; null where the place is not known."""

    function = "catalog_km_between"
    output_field = FloatField()

    def __init__(self, place: Place) -> None:
        degrees = FloatField()
        here = (Value(place.latitude, degrees), Value(place.longitude, degrees))
        super().__init__(F("latitude"), F("longitude"), *here)


class ServiceDocumentQuerySet(models.QuerySet["ServiceDocument"]):
    def listed(self) -> Self:
        return self.filter(is_listed=True)

    def with_words(self, text: str) -> Self:
        return self.filter(words=AskedWords(text))

    def in_tier(self, word: str) -> Self:
        return self.filter(tier__in=Tier.objects.called(word))

    def rated(self, least: Decimal) -> Self:
        """On average at least so many stars, not rounded; who has no rating yet is not among them."""
        return self.filter(rating__gte=least)

    def located(self, text: str) -> Self:
        return self.filter(location__icontains=text)

    def knowing(self, specialties: Sequence[str]) -> Self:
        """Any of them, however they are written."""
        return self.filter(specialties__overlap=[each.lower() for each in specialties])

    def inside(self, box: Box) -> Self:
        west, east = Q(longitude__gte=box.west), Q(longitude__lte=box.east)
        beside = west | east if box.west > box.east else west & east
        return self.filter(beside, latitude__gte=box.south, latitude__lte=box.north)

    def near(self, place: Place, radius_km: float) -> Self:
        """The box is what an index can answer; the distance decides."""
        inside: Any = self.inside(box_around(place, radius_km))
        near: Self = inside.alias(km=KilometresFrom(place)).filter(km__lte=radius_km)
        return near


class ServiceDocument(models.Model):
    """Written by triggers alone, in the transaction that changes the service, its specialist, category or tier.

    A service that is not offered keeps its row, without words: the row is what rival changes wait for. There are no
    foreign keys underneath, since nobody else writes and their look-ups would lock rows for nothing.
    """

    service = models.OneToOneField(
        Service, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="document"
    )
    owner = models.ForeignKey(Specialist, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    category = models.ForeignKey(Category, models.DO_NOTHING, null=True, db_constraint=False, related_name="+")
    tier = models.ForeignKey(Tier, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    rating = models.FloatField(null=True)
    rating_count = models.IntegerField()
    specialties = ArrayField(models.TextField())
    location = models.TextField()
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    is_listed = models.BooleanField()
    words = SearchVectorField()

    objects: ClassVar = ServiceDocumentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes: ClassVar = [
            GinIndex(fields=["words"], name="service_document_words"),
            models.Index(fields=["latitude", "longitude"], name="service_document_place"),
        ]

    def __str__(self) -> str:
        return f"What {self.pk} is found by"
