"""Rows that differ in a few columns alone, as those of a series do: one is inserted, the others copied from it.

To build and bind a statement of some thousand values costs several times what PostgreSQL needs to insert the rows.
"""

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection
from django.db.models import Field, Model

from common.inserts import is_given

M = TypeVar("M", bound=Model)


def insert_alike(rows: Sequence[M], differing: Sequence[str]) -> None:
    """Inserts rows that are alike in all but the `differing` fields and what the database fills in; two statements.

    What the database fills in is read back into the others only as far as it is a field's `db_default`.
    """
    if not rows:
        return
    first, *others = rows
    first.save(force_insert=True)
    if not others:
        return
    model = type(first)
    fields = {field.name: field for field in model._meta.concrete_fields}
    varying = [fields[name] for name in differing]
    given = [field for field in fields.values() if is_given(field) and field not in varying]
    filled = [field for field in fields.values() if not is_given(field)]
    with connection.cursor() as cursor:
        cursor.execute(
            _copying(model, varying, given, [fields["id"], *filled]),
            [*([_value(field, row) for row in others] for field in varying), first.pk],
        )
        found = {pk: values for pk, *values in cursor.fetchall()}
    for row in others:
        row._state.adding, row._state.db = False, connection.alias
        for field, value in zip(filled, found[row.pk], strict=True):
            setattr(row, field.attname, value)


def _value(field: "Field[object, object]", row: Model) -> object:
    return field.get_db_prep_save(getattr(row, field.attname), connection)


def _copying(
    model: type[Model],
    varying: Sequence["Field[object, object]"],
    given: Sequence["Field[object, object]"],
    returned: Sequence["Field[object, object]"],
) -> str:
    table = connection.ops.quote_name(model._meta.db_table)
    own, kept = _columns(varying), _columns(given)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in varying)
    answer = ", ".join(f"{table}.{column}" for column in _columns(returned))
    return (
        f"INSERT INTO {table} ({', '.join([*own, *kept])}) "  # noqa: S608 - names of our own columns
        f"SELECT {', '.join([*(f'wanted.{name}' for name in own), *(f'alike.{name}' for name in kept)])} "
        f"FROM {table} AS alike, unnest({arrays}) AS wanted ({', '.join(own)}) "
        f"WHERE alike.id = %s RETURNING {answer}"
    )


def _columns(fields: Sequence["Field[object, object]"]) -> list[str]:
    return [connection.ops.quote_name(str(field.column)) for field in fields]
