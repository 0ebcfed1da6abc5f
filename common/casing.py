"""snake_case and camelCase: names, paths of fields, and whole answers.

Only names that are plain snake_case are ever changed. Keys that somebody else chose (a UUID, a weekday in capitals, a
sentence) stay as they are, and so does everything inside a `FreeForm` map.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

_SNAKE = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)+")


class FreeForm(dict[str, Any]):
    """A map whose keys belong to the client or to a third party: no spelling is changed in it, at any depth."""


@lru_cache(maxsize=4096)
def to_camel(name: str) -> str:
    """`address_line1` becomes `addressLine1`; a name that is not plain snake_case stays."""
    if not _SNAKE.fullmatch(name):
        return name
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def camel_path(path: str) -> str:
    """The path of a field as a camelCase client writes it: `time_slots.1.end_time` becomes `timeSlots.1.endTime`."""
    return ".".join(to_camel(part) for part in path.split("."))


def camelized(value: Any) -> Any:
    """A copy whose keys are camelCase at every depth; free-form maps are handed on untouched."""
    if isinstance(value, FreeForm):
        return value
    if isinstance(value, Mapping):
        return {_key(key): camelized(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [camelized(item) for item in value]
    return value


def spellings(names: Iterable[str]) -> dict[str, str]:
    """Maps each accepted spelling to the declared name. Two names with one camelCase spelling are a mistake of ours."""
    accepted: dict[str, str] = {}
    for name in names:
        for spelling in {name, to_camel(name)}:
            if accepted.setdefault(spelling, name) != name:
                raise ValueError(f"{name} and {accepted[spelling]} are both spelled {spelling}.")
    return accepted


def _key(key: Any) -> Any:
    return to_camel(key) if isinstance(key, str) else key
