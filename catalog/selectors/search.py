"""Searching for services: what matches, how it is counted, in which order it comes, and when each can be had.

docs/search.md tells the steps with an example.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchRank
from django.db.models import BigIntegerField, BooleanField, Case, Count, F, Func, Q, UUIDField, Value, When
from django.db.models.expressions import OrderBy

from catalog.models import Service, ServiceDocument
from catalog.models.search import AskedWords, KilometresFrom, ServiceDocumentQuerySet
from catalog.models.service import ServiceQuerySet
from catalog.search_area import Place, km_between
from catalog.search_facets import CategoryName, Cell, Facets, facets, price_bounds
from catalog.selectors.search_times import free_among, next_starts, next_starts_among

SORTS = ("relevance", "rating", "price", "-price", "reviews", "distance", "next_available")

_SERVICE = (
    "name description price_minor market_price_minor currency image_url category__name category__slug tier__name"
    " duration_minutes buffer_before_minutes buffer_after_minutes"
)
_OWNER = "business_name specialties rating_sum rating_count is_verified response_minutes location latitude longitude"
# What a page shows of each service, and what its next start depends on; all else would be read in vain.
_READ = (
    *_SERVICE.split(),
    *(f"owner__{name}" for name in f"{_OWNER} user__first_name user__last_name user__avatar".split()),
    "owner__calendar__timezone",
    "owner__calendar__version",
    "room__calendar__version",
)

_Order = tuple[OrderBy | str, ...]
_BEST_FIRST: _Order = (F("rating").desc(nulls_last=True), "-rating_count", "-service_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is searched for. Prices are in minor units of `currency`: bounds and ranges leave other currencies out."""

    currency: str
    is_in_currency: bool = False
    text: str = ""
    category: str = ""
    tier: str = ""
    least_minor: int | None = None
    most_minor: int | None = None
    rating: Decimal | None = None
    location: str = ""
    specialties: Sequence[str] = ()
    day: date | None = None
    place: Place | None = None
    radius_km: float | None = None
    sort_by: str = "rating"


@dataclass(frozen=True, slots=True)
class Result:
    service: Service
    distance_km: float | None
    next_available: datetime | None


class Found:
    """What a question finds. Queries run when somebody asks: one for the counts, a few for a page."""

    def __init__(self, question: Question) -> None:
        self.question = question

    @cached_property
    def facets(self) -> Facets:
        return facets(_cells(self._matching, self.question), self.question.currency)

    def count(self) -> int:
        return self.facets.total

    def __getitem__(self, part: slice) -> list[Result]:
        if part.start >= self.count():
            return []
        by_start = self.question.sort_by == "next_available"
        ids = self._part_by_start(part) if by_start else list(self._ordered(_order(self.question))[part])
        services = _read(ids)
        starts = next_starts(services)
        place = self.question.place
        return [Result(each, _distance(each, place), starts.get(each.pk)) for each in services]

    @cached_property
    def _matching(self) -> ServiceDocumentQuerySet:
        """All filters but category and price, over which the facets are counted."""
        documents = _matching(self.question)
        if self.question.day is None:
            return documents
        return documents.filter(_is_one_of(free_among(documents, self.question.day)))

    @property
    def _chosen(self) -> ServiceDocumentQuerySet:
        return self._matching.filter(_has_category(self.question), _has_price(self.question))

    def _ordered(self, order: _Order) -> Any:
        return self._chosen.order_by(*order).values_list("service_id", flat=True)

    def _part_by_start(self, part: slice) -> list[UUID]:
        """Times are no column, so all that was found is put in order here. Who has none comes last."""
        starts = next_starts_among(self._chosen)
        # By their times; of equal ones the younger service first, as everywhere.
        timed = sorted(sorted(starts, reverse=True), key=starts.__getitem__)
        missing = part.stop - max(part.start, len(timed))
        if missing <= 0:
            return timed[part]
        since = max(0, part.start - len(timed))
        others = self._ordered(_BEST_FIRST).exclude(_is_one_of(timed)) if timed else self._ordered(_BEST_FIRST)
        return timed[part] + list(others[since : since + missing])


def _matching(asked: Question) -> ServiceDocumentQuerySet:
    documents = ServiceDocument.objects.listed()
    if asked.text:
        documents = documents.with_words(asked.text)
    if asked.tier:
        documents = documents.in_tier(asked.tier)
    if asked.rating is not None:
        documents = documents.rated(asked.rating)
    if asked.location:
        documents = documents.located(asked.location)
    if asked.specialties:
        documents = documents.knowing(asked.specialties)
    if asked.is_in_currency:
        documents = documents.filter(currency=asked.currency)
    if asked.place is not None and asked.radius_km is not None:
        documents = documents.near(asked.place, asked.radius_km)
    return documents


def _has_category(asked: Question) -> Q:
    """By slug or by name, however it is written."""
    if not asked.category:
        return Q()
    return Q(category__slug=asked.category.lower()) | Q(category__name__iexact=asked.category)


def _has_price(asked: Question) -> Q:
    wanted = Q()
    if asked.least_minor is not None:
        wanted &= Q(currency=asked.currency, price_minor__gte=asked.least_minor)
    if asked.most_minor is not None:
        wanted &= Q(currency=asked.currency, price_minor__lte=asked.most_minor)
    return wanted


def _cells(documents: ServiceDocumentQuerySet, asked: Question) -> list[Cell]:
    """What was found, counted by all that facets depend on; one query."""
    below = Func(
        F("price_minor") - 1,
        Value(list(price_bounds(asked.currency)), ArrayField(BigIntegerField())),
        function="width_bucket",
        output_field=BigIntegerField(),
    )
    counted = documents.order_by().values_list(
        "category__position",
        "category__name",
        "category__slug",
        Case(When(currency=asked.currency, then=below)),
        _truth(_has_category(asked)),
        _truth(_has_price(asked)),
    )
    rows = counted.annotate(count=Count("*"))
    return [
        Cell(None if name is None else CategoryName(position, name, slug), step, has_category, has_price, count)
        for position, name, slug, step, has_category, has_price, count in rows
    ]


def _order(asked: Question) -> _Order:
    if asked.sort_by == "relevance":
        return (SearchRank(F("words"), AskedWords(asked.text)).desc(), *_BEST_FIRST)
    if asked.sort_by in {"price", "-price"}:
        own_first = Case(When(currency=asked.currency, then=0), default=1).asc()
        return (own_first, "currency", asked.sort_by.replace("price", "price_minor"), *_BEST_FIRST)
    if asked.sort_by == "reviews":
        return ("-rating_count", *_BEST_FIRST)
    if asked.sort_by == "distance" and asked.place is not None:
        return (KilometresFrom(asked.place).asc(nulls_last=True), *_BEST_FIRST)
    return _BEST_FIRST


def _read(ids: Sequence[UUID]) -> list[Service]:
    """The services of a page in the order of their ids, with all that it shows; one query."""
    if not ids:
        return []
    found = _page_services().in_bulk(ids)
    return [found[each] for each in ids if each in found]


@cache
def _page_services() -> ServiceQuerySet:
    """Put together once: it is never run itself, only narrowed."""
    related = ("category", "tier", "owner__user", "owner__calendar", "room__calendar")
    return Service.objects.select_related(*related).only(*_READ)


def _distance(service: Service, place: Place | None) -> float | None:
    owner = service.owner
    if place is None or owner is None or owner.latitude is None or owner.longitude is None:
        return None
    return km_between(place, Place(float(owner.latitude), float(owner.longitude)))


def _truth(condition: Q) -> Any:
    if not condition:
        return Value(value=True)
    return Case(When(condition, then=Value(value=True)), default=Value(value=False), output_field=BooleanField())


def _is_one_of(services: Sequence[UUID]) -> Func:
    """A condition with one parameter, however many there are."""
    return Func(
        F("service_id"),
        Value(list(services), ArrayField(UUIDField())),
        template="(%(expressions)s))",
        arg_joiner=" = ANY(",
        output_field=BooleanField(),
    )
