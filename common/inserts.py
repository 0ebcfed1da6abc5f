"""New rows by an INSERT that is composed once per process, and several of them by one statement.

To have the ORM compose an INSERT of sixty columns costs more than PostgreSQL needs to write the row, and each way to
PostgreSQL and back costs as much again. So what a frequent request writes together travels together.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Field, Model
from django.db.models.fields import NOT_PROVIDED


def insert_together(rows: Sequence[Model], *, unless_there: Sequence[Model] = ()) -> None:
    """Inserts new objects of any models by one statement; they may refer to each other in any order.

    Those `unless_there` are left out where a unique constraint knows them already. What only the database knows, such
    as the next number, is read back into the first of `rows` alone. Meant for a handful: each combination of models is
    a statement of its own, which is kept.
    """
    if not rows and not unless_there:
        return
    first, *others = [*rows, *unless_there]
    statement = _statement(tuple(map(type, rows)), tuple(map(type, unless_there)))
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in (*others, first) for value in _values(row)])
        if cursor.description is not None:
            for field, value in zip(_filled(type(first)), cursor.fetchone(), strict=True):
                setattr(first, field.attname, value)
    for row in (first, *others):
        row._state.adding, row._state.db = False, connection.alias


def is_given(field: "Field[Any, Any]") -> bool:
    """False for what only the database knows, such as the next number; times have a default of ours besides."""
    return field.default is not NOT_PROVIDED or field.db_default is NOT_PROVIDED


@cache
def _statement(kinds: Sequence[type[Model]], unless_there: Sequence[type[Model]]) -> str:
    """The first row's INSERT stands last, for only what stands there answers. Foreign keys are looked at afterwards."""
    first, *others = [*map(_insert, kinds), *(f"{_insert(kind)} ON CONFLICT DO NOTHING" for kind in unless_there)]
    ahead = ", ".join(f"row{number} AS ({insert})" for number, insert in enumerate(others))
    returned = _columns(_filled(kinds[0])) if kinds else ""
    return f"{f'WITH {ahead} ' if ahead else ''}{first}{f' RETURNING {returned}' if returned else ''}"


def _insert(model: type[Model]) -> str:
    given = _given(model)
    table = connection.ops.quote_name(model._meta.db_table)
    places = ", ".join(map(_placeholder, given))
    return f"INSERT INTO {table} ({_columns(given)}) VALUES ({places})"  # noqa: S608 - names of our own columns


def _values(row: Model) -> Iterable[Any]:
    # Asked for once: `connection` looks for the thread's own each time that something is asked of it.
    here = connections[DEFAULT_DB_ALIAS]
    return (field.get_db_prep_save(field.pre_save(row, add=True), here) for field in _given(type(row)))


def _placeholder(field: "Field[Any, Any]") -> str:
    """PostgreSQL knows the type by the column, but for arrays, of which psycopg tells it another."""
    return f"%s::{field.db_type(connection)}" if hasattr(field, "get_placeholder") else "%s"


def _columns(fields: Sequence["Field[Any, Any]"]) -> str:
    return ", ".join(connection.ops.quote_name(str(field.column)) for field in fields)


@cache
def _given(model: type[Model]) -> list["Field[Any, Any]"]:
    return [field for field in model._meta.concrete_fields if is_given(field)]


@cache
def _filled(model: type[Model]) -> list["Field[Any, Any]"]:
    return [field for field in model._meta.concrete_fields if not is_given(field)]
