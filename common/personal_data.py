"""What is kept of a person, app by app: exported as one document, erased in one transaction.

    PERSONAL_DATA = PersonalData("messages", export=export, erase=erase)      # in an app's privacy.py

and its dotted path in the setting of the same name, which a system check looks at. Erasure follows that list backwards,
upper floors first, so that nobody's rows are gone before those that refer to them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class PersonalData:
    """`name` is the member of the export. `export` returns plain values, ready for JSON; both are given the user.

    `erase` deletes, or blanks what others still need: bookings and the ledger stay without a name.
    """

    name: str
    export: Callable[[Any], Any]
    erase: Callable[[Any], None]


def export_person(user: Any) -> dict[str, Any]:
    """Everything held of somebody, by app."""
    return {part.name: part.export(user) for part in _parts()}


@transaction.atomic
def erase_person(user: Any) -> None:
    """Erases what every app holds, or nothing if one of them fails."""
    for part in reversed(list(_parts())):
        part.erase(user)


def plain_rows(rows: QuerySet[Any], *names: str) -> list[dict[str, Any]]:
    """These columns of the rows, the oldest first, ready for JSON: what that has no word for is a text."""
    return [{name: _plain(value) for name, value in row.items()} for row in rows.order_by("pk").values(*names)]


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float | list | dict) else str(value)


def _parts() -> Iterator[PersonalData]:
    for path in settings.PERSONAL_DATA:
        yield import_string(path)
