"""Searching for services."""

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.queries import valid_query
from catalog.api.serializers.search import (
    FoundServiceSerializer,
    SearchQuery,
    SearchSerializer,
)
from catalog.search_area import Place
from catalog.search_facets import Facets
from catalog.selectors.search import Found, Question, Result
from common.api.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageNumberPagination
from common.api.serializers import represented
from common.api.views import ApiView
from common.api.wire import utc_text
from common.rules import anyone

_WHOLE_NUMBER = {"type": "integer", "minimum": 1}
PAGE_PARAMETERS = (
    OpenApiParameter("page", {**_WHOLE_NUMBER, "default": 1}, description="Which page, from 1."),
    OpenApiParameter(
        "limit",
        {**_WHOLE_NUMBER, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        description="How many entries a page holds.",
    ),
)


class SearchView(ApiView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(
        operation_id="service_search",
        summary="Search for services",
        description=(
            "`filters` counts the results by category and by price; each of the two leaves its own filter out, so that "
            "it tells what another choice would find."
        ),
        parameters=[SearchQuery, *PAGE_PARAMETERS],
        responses=SearchSerializer,
    )
    def get(self, request: Request) -> Response:
        question = _question(valid_query(request, SearchQuery, besides=PageNumberPagination.names))
        found = Found(question)
        paging = PageNumberPagination()
        results = paging.paginate_queryset(found, request)
        services = [_shown(result, with_distance=question.place is not None) for result in results]
        return paging.get_paginated_response(services, name="services", filters=_shown_facets(found.facets))


def _question(asked: dict[str, Any]) -> Question:
    place = Place(float(asked["lat"]), float(asked["lng"])) if "lat" in asked else None
    return Question(
        currency=asked["currency"],
        is_in_currency=asked["is_in_currency"],
        text=asked.get("query", ""),
        category=asked.get("category", ""),
        tier=asked.get("tier", ""),
        least_minor=asked.get("min_price"),
        most_minor=asked.get("max_price"),
        rating=asked.get("rating"),
        location=asked.get("location", ""),
        specialties=asked.get("specialties", ()),
        day=asked.get("availability"),
        place=place,
        radius_km=float(asked["radius_km"]) if "radius_km" in asked else None,
        sort_by=asked.get("sort_by", "relevance" if "query" in asked else "rating"),
    )


def _shown(result: Result, *, with_distance: bool) -> dict[str, Any]:
    next_available = result.next_available and utc_text(result.next_available)
    shown = {**represented(FoundServiceSerializer, result.service), "next_available": next_available}
    if with_distance:
        # A house number apart: more decimals would only tell how a float is stored.
        shown["distance_km"] = None if result.distance_km is None else round(result.distance_km, 2)
    return shown


def _shown_facets(facets: Facets) -> dict[str, Any]:
    return {
        "categories": [
            {"slug": category.slug, "name": category.name, "count": count} for category, count in facets.categories
        ],
        "price_ranges": [
            {
                "min": str(each.least),
                "max": None if each.most is None else str(each.most),
                "currency": each.least.currency,
                "count": each.count,
            }
            for each in facets.price_ranges
        ],
    }
