"""Rows that are like one that was made by the platform itself, and differ in a few columns.

What a new column would need everywhere else it needs not here: it is copied along.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Model
from django.db.models.fields import NOT_PROVIDED


def copying(model: type[Model], own: Mapping[str, str], *, among: str = "", where: str = "alike.id = %s") -> str:
    """An INSERT of rows like `alike`, but for the columns in `own`, which are given as SQL.

    What only the database knows, such as the next number, it fills in.
    """
    kept = [
        str(field.column)
        for field in model._meta.concrete_fields
        if field.column not in own and (field.default is not NOT_PROVIDED or field.db_default is NOT_PROVIDED)
    ]
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join([*own, *kept])}) "  # noqa: S608 - names of our own columns
        f"SELECT {', '.join([*own.values(), *(f'alike.{column}' for column in kept)])} "
        f"FROM {table} AS alike{among and ', '}{among} WHERE {where}"
    )


@contextmanager
def bulk_writing(*models: type[Model]) -> Iterator[None]:
    """Without triggers, foreign keys and indexes while rows are written; an index over all of them at once is quicker.

    Only for a database that is thrown away: what the triggers would refuse is not refused.
    """
    tables = [model._meta.db_table for model in models]
    with transaction.atomic():
        # What waits for the end of the transaction would be in the way of changing the tables.
        _execute("SET CONSTRAINTS ALL IMMEDIATE")
        _execute("SET LOCAL statement_timeout = 0; SET LOCAL work_mem = '256MB'")
        _execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL session_replication_role = replica")
        rebuild = [statement for table in tables for statement in _without_indexes(table)]
        yield
        for statement in rebuild:
            _execute(statement)
        _execute("SET LOCAL session_replication_role = origin; SET CONSTRAINTS ALL DEFERRED")


def _without_indexes(table: str) -> Sequence[str]:
    """Drops all but the primary key; what is returned makes them anew."""
    with connection.cursor() as cursor:
        cursor.execute(_CONSTRAINTS, [table])
        constraints = cursor.fetchall()
        cursor.execute(_INDEXES, [table])
        indexes = cursor.fetchall()
    quote = connection.ops.quote_name
    for name, _ in constraints:
        _execute(f"ALTER TABLE {table} DROP CONSTRAINT {quote(name)}")
    for name, _ in indexes:
        _execute(f"DROP INDEX {quote(name)}")
    return [
        *(definition for _, definition in indexes),
        *(f"ALTER TABLE {table} ADD CONSTRAINT {quote(name)} {definition}" for name, definition in constraints),
    ]


_CONSTRAINTS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN ('u', 'x')
"""
_INDEXES = """
SELECT relname, pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
WHERE indrelid = %s::regclass AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def _execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
