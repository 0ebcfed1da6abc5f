"""Reading reviews. They are written under the same paths by the floor that knows bookings."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet

from catalog.api.filters import ReviewFilterSet
from catalog.api.serializers.reviews import ReviewSerializer
from catalog.models import Review
from catalog.selectors.reviews import Ratings, ratings_among, ratings_of, reviews_in_full
from common.api.pagination import PageNumberPagination
from common.api.query import declared_parameters
from common.api.viewsets import ReadViewSet
from common.rules import anyone

RATINGS_SCHEMA: dict[str, Any] = {
    "average_rating": {"type": "number", "nullable": True, "example": 4.8},
    "total_reviews": {"type": "integer", "example": 127},
    "rating_distribution": {
        "type": "object",
        "properties": {str(star): {"type": "integer", "example": star * 8} for star in (5, 4, 3, 2, 1)},
    },
}


class RatedPagination(PageNumberPagination):
    """Tells besides what all the reviews come to, whatever number of stars the list is narrowed to."""

    def get_paginated_response_schema(self, schema: dict[str, Any], name: str = "items") -> dict[str, Any]:
        shape = super().get_paginated_response_schema(schema, name)
        shape["required"] = [*shape["required"], *RATINGS_SCHEMA]
        shape["properties"] = {**shape["properties"], **RATINGS_SCHEMA}
        return shape


class ReviewReadViewSet(ReadViewSet):
    model = Review
    serializer_class = ReviewSerializer
    filterset_class = ReviewFilterSet
    pagination_class = RatedPagination
    list_name = "reviews"
    rules: ClassVar = {"list": anyone, "retrieve": anyone}

    def get_queryset(self) -> QuerySet[Any]:
        return reviews_in_full(super().get_queryset())

    def list_extras(self, queryset: QuerySet[Any]) -> dict[str, Any]:
        ratings = self._ratings()
        return {
            "average_rating": ratings.average,
            "total_reviews": ratings.total,
            "rating_distribution": {str(star): ratings.distribution[star] for star in (5, 4, 3, 2, 1)},
        }

    def _ratings(self) -> Ratings:
        filters = set(ReviewFilterSet.base_filters)
        asked = declared_parameters(self.request, filters | self.pagination_class.names)
        asked = {name: value for name, value in asked.items() if name in filters - {"rating"}}
        if set(asked) == {"specialist_id"}:
            return ratings_of(UUID(asked["specialist_id"]))
        shown: QuerySet[Any] = Review.objects.shown()
        return ratings_among(ReviewFilterSet(asked, shown).qs)
