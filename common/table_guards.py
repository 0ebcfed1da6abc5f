"""Migration operations that make the database itself watch a table.

    operations = [
        AuditTable("accounts_user", hide=["password"], ignore=["last_login"], without_actor="is_staff"),
        AppendOnlyTable("payments_posting"),
    ]

Triggers and not code in `save()`, because bulk updates, raw SQL and cascades must be seen too.
"""

from collections.abc import Collection

from django.db import migrations

# Set by common.audit before the first write of a transaction in which somebody of the staff acts.
ANNOUNCED = "coalesce(current_setting('almanac.audit', true), '') <> ''"
# Bookkeeping that changes with every other change and tells nothing.
ALWAYS_IGNORED = ("updated_at",)


class AuditTable(migrations.RunSQL):
    """Every changed row of `table` leaves an audit entry with the changed columns before and after.

    `hide`: columns whose values are secret; the entry says that they changed, not what to.
    `ignore`: columns whose change is no news.
    `target`: the table and the column that name the object, where it is not the row itself (many-to-many tables).
    `without_actor`: what becomes of changes that no member of staff is behind: "true" records them as the system's,
    "false" does not record them, and the name of a boolean column records those rows where it is true.
    """

    def __init__(
        self,
        table: str,
        *,
        hide: Collection[str] = (),
        ignore: Collection[str] = (),
        target: tuple[str, str] | None = None,
        without_actor: str = "false",
    ) -> None:
        target_table, target_column = target or (table, "id")
        arguments = f"'{','.join(hide)}', '{','.join([*ALWAYS_IGNORED, *ignore])}', '{target_table}', '{target_column}'"
        super().__init__(
            "\n".join(
                f'CREATE TRIGGER {_name(verb)} AFTER {verb} ON "{table}" FOR EACH ROW'
                f" WHEN ({_condition(rows, without_actor)}) EXECUTE FUNCTION common_audit_row({arguments});"
                for verb, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"]))
            ),
            "\n".join(f'DROP TRIGGER {_name(verb)} ON "{table}";' for verb in ("INSERT", "UPDATE", "DELETE")),
        )


class AppendOnlyTable(migrations.RunSQL):
    """Refuses UPDATE, DELETE and TRUNCATE on `table`, whoever asks.

    `sealed_by`: columns that may be filled in once, while the first of them is still null.
    """

    def __init__(self, table: str, *, sealed_by: Collection[str] = ()) -> None:
        arguments = f"'{','.join(sealed_by)}'"
        super().__init__(
            f'CREATE TRIGGER append_only_rows BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW'
            f" EXECUTE FUNCTION common_append_only({arguments});\n"
            f'CREATE TRIGGER append_only_table BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT'
            f" EXECUTE FUNCTION common_append_only({arguments});",
            f'DROP TRIGGER append_only_rows ON "{table}"; DROP TRIGGER append_only_table ON "{table}";',
        )


def _name(verb: str) -> str:
    return f"audit_{verb.lower()}"


def _condition(rows: list[str], without_actor: str) -> str:
    """Checked before the trigger function is called, so a customer's own changes cost next to nothing."""
    if without_actor == "true":
        return "true"
    if without_actor == "false":
        return ANNOUNCED
    return " OR ".join([ANNOUNCED, *(f'{row}."{without_actor}"' for row in rows)])
