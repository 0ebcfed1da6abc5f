"""Filters of lists: what a FilterSet declares is read strictly, everything else in the query is refused by name."""

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from django import forms
from django.core.exceptions import ValidationError as FormError
from django.db.models import Q, QuerySet
from django_filters.rest_framework import DjangoFilterBackend, FilterSet
from drf_spectacular.drainage import set_override
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from common.api.fields import BoundedIntegerField, DateField, IdField, InstantField
from common.api.query import declared_parameters

MAX_SEARCH_LENGTH = 100
MAX_SEARCH_TERMS = 8
MAX_IDS = 100


class ParameterField(forms.Field):
    """Lets one strict serializer field read both bodies and queries."""

    def __init__(self, *, reader: serializers.Field[Any, Any, Any, Any], **options: Any) -> None:
        self.reader = reader
        super().__init__(**options)

    def clean(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return self.reader.run_validation(value)
        except ValidationError as error:
            problems = error.detail if isinstance(error.detail, list) else [error.detail]
            raise FormError([FormError(str(p), getattr(p, "code", "invalid")) for p in problems]) from error


class ParameterFilter(django_filters.Filter):
    """Reads its value through a serializer field; an empty value is refused, not ignored."""

    field_class = ParameterField

    def __init__(
        self,
        field_name: str | None = None,
        lookup_expr: str | None = None,
        *,
        reader: serializers.Field[Any, Any, Any, Any],
        **options: Any,
    ) -> None:
        super().__init__(field_name, lookup_expr, reader=reader, **options)
        set_override(self, "field", reader)


class WholeNumberFilter(ParameterFilter):
    def __init__(
        self, field_name: str | None = None, lookup_expr: str | None = None, *, least: int, most: int, **options: Any
    ) -> None:
        reader = BoundedIntegerField(min_value=least, max_value=most)
        super().__init__(field_name, lookup_expr, reader=reader, **options)


class DecimalFilter(ParameterFilter):
    """A plain decimal of few digits: `1e-9999999` and its kind never reach the database."""

    def __init__(
        self, field_name: str | None = None, lookup_expr: str | None = None, *, least: int, most: int, **options: Any
    ) -> None:
        reader = PlainDecimalField(max_digits=14, decimal_places=3, min_value=least, max_value=most)
        super().__init__(field_name, lookup_expr, reader=reader, **options)


class PlainDecimalField(serializers.DecimalField):
    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str) or len(data) > 20 or not data.isascii() or set(data) - set("0123456789.-"):
            self.fail("invalid")
        return super().to_internal_value(data)


class InstantFilter(ParameterFilter):
    def __init__(self, field_name: str | None = None, lookup_expr: str | None = None, **options: Any) -> None:
        super().__init__(field_name, lookup_expr, reader=InstantField(), **options)


class DateFilter(ParameterFilter):
    def __init__(self, field_name: str | None = None, lookup_expr: str | None = None, **options: Any) -> None:
        super().__init__(field_name, lookup_expr, reader=DateField(), **options)


class FlagFilter(ParameterFilter):
    """`true` or `false`."""

    def __init__(self, field_name: str | None = None, lookup_expr: str | None = None, **options: Any) -> None:
        super().__init__(field_name, lookup_expr, reader=FlagField(), **options)


class FlagField(serializers.BooleanField):
    TRUE_VALUES: ClassVar = {"true", "1"}  # type: ignore[misc]  # the stubs take these for instance attributes
    FALSE_VALUES: ClassVar = {"false", "0"}  # type: ignore[misc]  # as above


class WordFilter(ParameterFilter):
    """One of a closed list of words."""

    def __init__(
        self,
        field_name: str | None = None,
        lookup_expr: str | None = None,
        *,
        words: Sequence[str] | Sequence[tuple[str, str]],
        **options: Any,
    ) -> None:
        super().__init__(field_name, lookup_expr, reader=serializers.ChoiceField(choices=words), **options)


class IdFilter(ParameterFilter):
    def __init__(self, field_name: str | None = None, lookup_expr: str | None = None, **options: Any) -> None:
        super().__init__(field_name, lookup_expr, reader=IdField(), **options)


class IdsField(serializers.ListField):
    """Ids with commas between them."""

    child = IdField()

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_IDS, allow_empty=False, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        return super().to_internal_value(str(data).split(",", MAX_IDS + 1))


class IdsFilter(ParameterFilter):
    def __init__(self, field_name: str | None = None, **options: Any) -> None:
        super().__init__(field_name, "in", reader=IdsField(), **options)


class SearchField(serializers.CharField):
    default_error_messages: ClassVar = {"too_many_words": "Search for at most {most} words."}

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MAX_SEARCH_LENGTH, **options)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if len(text.split()) > MAX_SEARCH_TERMS:
            self.fail("too_many_words", most=MAX_SEARCH_TERMS)
        return text


class SearchFilter(ParameterFilter):
    """Every word must occur in one of the columns."""

    def __init__(self, *, columns: Sequence[str], **options: Any) -> None:
        self.columns = columns
        super().__init__(reader=SearchField(), **options)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        for word in (value or "").split():
            occurs = Q()
            for column in self.columns:
                occurs |= Q(**{f"{column}__icontains": word})
            qs = qs.filter(occurs)
        return qs


class SortFilter(ParameterFilter):
    """`sort_by` from an allow-list: `{"price": "price_minor", "-price": "-price_minor"}`. Ties are broken by id."""

    def __init__(self, *, columns: dict[str, str], **options: Any) -> None:
        self.columns = columns
        super().__init__(reader=serializers.ChoiceField(choices=list(columns)), **options)

    def filter(self, qs: QuerySet[Any], value: str | None) -> QuerySet[Any]:
        return qs.order_by(self.columns[value], "-pk") if value else qs


class StrictFilterSet(FilterSet):
    """Declare filters, and in `ranges` the pairs whose first must not exceed the second."""

    ranges: ClassVar[Sequence[tuple[str, str]]] = ()

    def problems(self) -> dict[str, list[ErrorDetail]]:
        """What is wrong with the query; empty when it may be run."""
        found = {
            name: [ErrorDetail(problem["message"], problem["code"] or "invalid") for problem in problems]
            for name, problems in self.form.errors.get_json_data().items()
        }
        for least, most in self.ranges:
            low, high = (self.form.cleaned_data.get(name) for name in (least, most))
            if low is not None and high is not None and low > high:
                found[most] = [ErrorDetail(f"This must not be less than {least}.", "range")]
        return found


class StrictFilterBackend(DjangoFilterBackend):
    """Also guards lists that have no filters at all: they take nothing but paging."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        names = set(filterset_class.base_filters) if filterset_class else set()
        paging: frozenset[str] = getattr(view.pagination_class, "names", frozenset())
        asked = declared_parameters(request, names | paging)
        if filterset_class is None:
            return queryset
        filterset = filterset_class({name: asked[name] for name in asked if name in names}, queryset, request=request)
        problems = filterset.problems()
        if problems:
            raise ValidationError(problems)
        narrowed: QuerySet[Any] = filterset.qs
        return narrowed
