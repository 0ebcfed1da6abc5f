"""Reads of a row, or of a page, whose SQL is compiled once per process and not, as the ORM does, at each call.

To compile a statement and its joins costs several times what PostgreSQL needs to answer it by key, so whatever every
request begins with is worth this; nothing else is.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models import Count, F, Func, Value, Window
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=models.Model)


class IdAmong(Func):
    """A condition of a compiled read with many ids: `filter(IdAmong(pks))`, read by `all(pks=[…])`.

    `of` names another column than the row's own id.
    """

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = models.BooleanField()

    def __init__(self, ids: UUID, *, of: str = "pk") -> None:
        super().__init__(F(of), Value(ids, output_field=models.UUIDField()))


class _Compiled(Generic[M]):
    """`build` is called once, with an id for each name that stands for those to come."""

    def __init__(self, build: Callable[..., models.QuerySet[M]], *names: str) -> None:
        self._build = build
        self._places = {UUID(int=number): name for number, name in enumerate(names, start=1)}

    def _built(self) -> models.QuerySet[M]:
        return self._build(**{name: place for place, name in self._places.items()})


class CompiledRead(_Compiled[M]):
    """`read.first(owner=id)` is `build(owner=id).first()`, for a queryset that depends on ids alone.

    `select_related` and `only` work as ever; annotations do not.
    """

    def first(self, **ids: UUID) -> M | None:
        statement = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, [each.filled(ids) for each in statement.parameters])
            row = cursor.fetchone()
        return None if row is None else statement.instance(list(row))

    def all(self, **ids: UUID | Sequence[UUID]) -> list[M]:
        """Every row, in no order."""
        statement = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, [each.filled(ids) for each in statement.parameters])
            return [statement.instance(list(row)) for row in cursor.fetchall()]

    @cached_property
    def _statement(self) -> "_Statement[M]":
        # Read by key there is nothing to order.
        return _Statement(self._built().order_by(), self._places)


class CompiledPage(_Compiled[M]):
    """`read.page(40, 20, owner=id)`: the ids of 20 rows of `build(owner=id)` after the 40th, and the number of all."""

    def page(self, offset: int, limit: int, **ids: UUID) -> tuple[list[UUID], int]:
        sql, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(sql, [*(each.filled(ids) for each in parameters), limit, offset])
            rows = cursor.fetchall()
        if not rows and offset:
            # Behind the last row there is none to tell the number.
            return [], self._build(**ids).count()
        return [pk for pk, _ in rows], rows[0][1] if rows else 0

    @cached_property
    def _statement(self) -> tuple[str, list["_Parameter"]]:
        counted = self._built().values_list("pk", Window(Count("*")))
        sql, parameters = counted.query.get_compiler(connection=connection).as_sql()
        return f"{sql} LIMIT %s OFFSET %s", [_Parameter.of(each, self._places) for each in parameters]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """An id to be filled in under its name, as such or as text; without a name it is what it is."""

    name: str
    value: Any

    @classmethod
    def of(cls, value: Any, places: dict[UUID, str]) -> "_Parameter":
        # The members of an array are parameters of their own.
        texts = {str(place): name for place, name in places.items()}
        if isinstance(value, str):
            return cls(texts.get(value, ""), value)
        return cls(places.get(value, "") if isinstance(value, UUID) else "", value)

    def filled(self, ids: Mapping[str, UUID | Sequence[UUID]]) -> Any:
        if not self.name:
            return self.value
        return str(ids[self.name]) if isinstance(self.value, str) else ids[self.name]


class _Statement(Generic[M]):
    """The ORM's own statement, and its own way to make objects of what the statement finds."""

    def __init__(self, queryset: models.QuerySet[M], places: dict[UUID, str]) -> None:
        compiler = queryset.query.get_compiler(connection=connection)
        self.sql, parameters = compiler.as_sql()
        self.parameters = [_Parameter.of(each, places) for each in parameters]
        columns = [column for column, *_ in compiler.select]
        self._converters = list(compiler.get_converters(columns).items())
        self._model = queryset.model
        own = compiler.klass_info["select_fields"]
        self._own = slice(own[0], own[-1] + 1)
        self._names = [column.target.attname for column in columns[self._own]]
        # The stubs describe the next Django, where it takes one more.
        self._related = get_related_populators(compiler.klass_info, compiler.select, connection.alias)  # type: ignore[call-arg]

    def instance(self, row: list[Any]) -> M:
        for position, (converters, column) in self._converters:
            for convert in converters:
                row[position] = convert(row[position], column, connection)
        found = self._model.from_db(connection.alias, self._names, row[self._own])
        for related in self._related:
            related.populate(row, found)
        return found
