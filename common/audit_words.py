"""What audit entries say in words: who did what to what, with the names and labels that the pages show.

An entry keeps columns and ids, which outlive what they name. Names are looked up when somebody reads.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.text import capfirst

from common.models import AuditEntry
from common.models.audit import model_of
from common.money import Money, MoneyError

# Each is followed by the object; a bar at the end says that the deed needs none.
DEEDS = {
    "created": "created",
    "updated": "changed",
    "deleted": "deleted",
    "linked": "added to",
    "unlinked": "took from",
    "exported": "exported",
    "revealed": "looked at what is hidden of",
    "signed in": "signed in|",
    "signed out": "signed out|",
    "sign-in failed": "failed to sign in|",
    "locked out": "was locked out|",
    "unlocked": "let somebody try to sign in again|",
    "replayed": "told again of",
    "began to look as": "began to look at the pages of",
    "looked as": "looked at a page of",
    "rules overruled": "left the rules aside for",
    "session_ended": "ended a sign-in of",
    "second factor refused": "gave a wrong second factor|",
    "second factor passed": "passed the second factor|",
    "second factor enrolled": "set up a second factor|",
    "second factor reset": "reset the second factor of",
    "proofs asked for": "asked for the proofs|",
}
# What a new or a removed row was made of would drown the sentence; its entry's page has it all.
WHOLE_ROWS = ("created", "deleted")
# Columns that name a row, for the rows that are no more.
NAMING = ("name", "title", "number", "code", "email", "first_name")
IN_MINOR_UNITS = (", in minor units", " minor")


class Line(NamedTuple):
    """One changed column. A secret has no sides, only the word that stands for it."""

    label: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.label}: {self.after or '–'}"
        return f"{self.label}: {self.before} → {self.after or '–'}"


class AuditWords:
    """Words for some entries, with at most one query for each kind of object that they speak of."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        self._found = _found(_named(entries))

    def who(self, entry: AuditEntry) -> str:
        return entry.actor_name or ("System" if entry.source == "system" else "Nobody signed in")

    def sentence(self, entry: AuditEntry) -> str:
        """All but who it was: the deed, its object and, of a row that was there and stays, what changed."""
        said = f"{self.deed(entry)} {self.object(entry)}".strip()
        lines = [] if entry.action in WHOLE_ROWS else self.lines(entry)
        return f"{said}: {'; '.join(map(str, lines))}" if lines else said

    def deed(self, entry: AuditEntry) -> str:
        """What was done, to be followed by the object; the whole sentence where there is none."""
        words = DEEDS.get(entry.action, entry.action.replace("_", " "))
        if words.endswith("|") and "name" in entry.data:
            return f"{words[:-1]} as {entry.data['name']}"
        return words.rstrip("|")

    def object(self, entry: AuditEntry) -> str:
        """The kind and the name of what it was done to; empty where the deed says it all."""
        if not entry.target_table or DEEDS.get(entry.action, "").endswith("|"):
            return ""
        model = model_of(entry.target_table)
        if model is not None and not entry.target_id:
            return str(model._meta.verbose_name_plural)
        name = self._name_of(model, entry.target_id) or _last_name(entry)
        return f"{entry.kind} {f'“{name}”' if name else _short(entry.target_id)}".strip()

    def lines(self, entry: AuditEntry) -> list[Line]:
        table = str(entry.data.get("table", "")) or entry.target_table
        columns = _columns_of(table)
        left_out = {"id", *(name for name, field in columns.items() if _is_target(field, entry))}
        if table == entry.target_table:
            left_out = set()
        return [
            self._line(entry, name, columns.get(name), change)
            for name, change in sorted(entry.changes.items())
            if name not in left_out
        ]

    def _line(self, entry: AuditEntry, name: str, field: Any, change: Any) -> Line:
        label = _label(name, field)
        if not isinstance(change, list) or len(change) != 2:
            return Line(label, "", str(change))
        before, after = (self._said(entry, name, field, value) for value in change)
        return Line(label, before, after)

    def _said(self, entry: AuditEntry, name: str, field: Any, value: Any) -> str:
        if value is None or value == "":
            return ""
        if field is not None and field.is_relation:
            return self._name_of(field.related_model, str(value)) or str(value)
        return self._amount(entry, value) if name.endswith("_minor") else _plain(field, value)

    def _amount(self, entry: AuditEntry, minor: Any) -> str:
        """With the currency that was written down with it, or that the object has by now."""
        known = entry.changes.get("currency")
        object_now = self._object(model_of(entry.target_table), entry.target_id)
        currency = known[1] if isinstance(known, list) else getattr(object_now, "currency", "")
        try:
            return f"{Money(int(minor), str(currency))} {currency}"
        except (MoneyError, ValueError):
            return str(minor)

    def _name_of(self, model: Any, pk: str) -> str:
        found = self._object(model, pk)
        return str(found) if found is not None else ""

    def _object(self, model: Any, pk: str) -> Any:
        return self._found.get(model, {}).get(pk) if model else None


def _named(entries: Iterable[AuditEntry]) -> dict[type[models.Model], set[str]]:
    """The ids that the entries speak of, by model."""
    named: dict[type[models.Model], set[str]] = defaultdict(set)
    for entry in entries:
        model = model_of(entry.target_table)
        if model is not None and entry.target_id:
            named[model].add(entry.target_id)
        for other, pk in _related(entry):
            named[other].add(pk)
    return named


def _related(entry: AuditEntry) -> Iterator[tuple[type[models.Model], str]]:
    columns = _columns_of(str(entry.data.get("table", "")) or entry.target_table)
    for name, change in entry.changes.items():
        field = columns.get(name)
        if field is not None and field.is_relation and isinstance(change, list):
            yield from ((field.related_model, str(value)) for value in change if value is not None)


def _found(named: dict[type[models.Model], set[str]]) -> dict[type[models.Model], dict[str, models.Model]]:
    found: dict[type[models.Model], dict[str, models.Model]] = {}
    for model, ids in named.items():
        keys = [key for each in ids if (key := _key(model, each)) is not None]
        rows = model._base_manager.select_related(*_joined(model)).in_bulk(keys)
        found[model] = {str(pk): row for pk, row in rows.items()}
    return found


def _joined(model: type[models.Model]) -> list[str]:
    """The relations that names are made of: what the model's own list joins, or what it cannot be without."""
    if not admin.site.is_registered(model):
        return [field.name for field in model._meta.concrete_fields if field.many_to_one and not field.null]
    joined = admin.site.get_model_admin(model).list_select_related
    return list(joined) if isinstance(joined, list | tuple) else []


def _key(model: type[models.Model], text: str) -> Any:
    try:
        return model._meta.pk.to_python(text)
    except ValidationError:
        return None


@cache
def _columns_of(table: str) -> dict[str, Any]:
    """The fields of a table by their columns; tables that only join two others are among them."""
    for model in apps.get_models(include_auto_created=True):
        if model._meta.db_table == table:
            return {str(field.column): field for field in model._meta.concrete_fields}
    return {}


def _is_target(field: Any, entry: AuditEntry) -> bool:
    return bool(field.is_relation and field.related_model._meta.db_table == entry.target_table)


def _label(name: str, field: Any) -> str:
    if field is None:
        return capfirst(name.replace("_", " "))
    if field.model._meta.auto_created and field.is_relation:
        return capfirst(str(field.related_model._meta.verbose_name))
    label = str(field.verbose_name)
    for ending in IN_MINOR_UNITS:
        label = label.removesuffix(ending)
    return capfirst(label)


def _last_name(entry: AuditEntry) -> str:
    """What a row was called that is no more, as far as its last entry tells."""
    for column in NAMING:
        change = entry.changes.get(column)
        if isinstance(change, list) and change[0]:
            return str(change[0])
    return ""


def _short(pk: str) -> str:
    return f"…{pk[-8:]}" if len(pk) > 12 else pk


def _plain(field: Any, value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field is not None and field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateTimeField):
        return _moment(str(value))
    if isinstance(value, dict) or (isinstance(value, list) and any(isinstance(each, dict) for each in value)):
        return json.dumps(value, ensure_ascii=False)
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _moment(text: str) -> str:
    """By the clock of the pages; what PostgreSQL writes as JSON is ISO 8601."""
    moment = parse_datetime(text)
    if moment is None or timezone.is_naive(moment):
        return text
    return date_format(timezone.localtime(moment), "DATETIME_FORMAT")
