"""What a seed prints of one call, and how it is played.

A seed is a description of a booking API that our own speaks as well: `docs/seed-endpoints.md` has their tables. Each
module beside this one transcribes the calls of one section of one seed as `REQUESTS`; later sections add modules of
their own, which `config/tests/test_printed_requests.py` finds by themselves. A transcription keeps the seed's own
spelling and figures. Only these things are replaced when it is played:

- `{name}`, alone or in the path, by what `given` made under this name: the id of a real object, a code, a token.
- Dates, all of one request by the same number of weeks, so that the earliest lies one to two weeks ahead.

Every key of `told` must be in the answer, in the seed's spelling. What we do otherwise on purpose has a name among
`BREAKS`, which the docs explain: a body that is `printed_at` one place and `found_at` another was `moved_for` it, and
`lost` names it for each key that we do not send. `awaits` tells the route that a missing key comes with, once it is
built. The test sees that all this is still so.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from common import clock
from common.tests.probe.client import CAMEL

# Each is a heading in docs/seed-endpoints.md.
BREAKS = {
    "envelope": "Every answer is in the envelope",
    "named lists": "Lists have names",
    "one pagination": "Pages are counted in one way",
    "amounts": "Amounts are decimal strings",
    "two calls": "Booking and paying are two calls",
    "whole bookings": "What is done answers what it was done to",
    "afterwards": "Messages and points are not counted in the answer",
    # What no printed request shows, since all of them are answered well.
    "one error": "Refusals are told in one way",
    "one base": "All paths begin with /api/v1",
}
JSON = "application/json"
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?=\Z|T)")
_NAME = re.compile(r"\{(\w+)\}")
Made = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Printed:
    """`sends` is the query of a GET and the body of anything else. `camel` asks for camelCase, and
    `is_form` sends a form with a file in it."""

    call: str
    by: str = "customer"
    given: Callable[[Any], Made] = lambda _stage: {}
    sends: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    status: int = 200
    told: Any = field(default_factory=dict)
    printed_at: tuple[str, ...] = ()
    found_at: tuple[str, ...] | None = None
    moved_for: str = ""
    lost: Mapping[str, str] = field(default_factory=dict)
    awaits: Mapping[str, str] = field(default_factory=dict)
    camel: bool = False
    is_form: bool = False

    @property
    def accept(self) -> str:
        return CAMEL if self.camel else JSON

    @property
    def route(self) -> str:
        """As the OpenAPI document names it: the second id of a path has a name of its own there."""
        path = self.call.partition("?")[0]
        return _NAME.sub(lambda found: found[0] if found[1].endswith("_id") else "{id}", path)


def filled(value: Any, made: Made, later: timedelta) -> Any:
    """The printed value with real ids, and with its dates in the future."""
    if isinstance(value, Mapping):
        return {key: filled(item, made, later) for key, item in value.items()}
    if isinstance(value, list):
        return [filled(item, made, later) for item in value]
    if not isinstance(value, str):
        return value
    if alone := _NAME.fullmatch(value):
        return made[alone[1]]
    named = _NAME.sub(lambda found: str(made[found[1]]), value)
    return _DATE.sub(lambda found: (date.fromisoformat(found[0]) + later).isoformat(), named)


def weeks_ahead(value: Any) -> timedelta:
    """How far all dates of a request must move, in whole weeks, for the earliest to be one to two weeks ahead."""
    printed = [date.fromisoformat(found) for found in re.findall(r"\d{4}-\d\d-\d\d", repr(value))]
    if not printed:
        return timedelta()
    return timedelta(weeks=(clock.now().date() - min(printed)).days // 7 + 2)


def part_of(answer: Any, place: tuple[str, ...]) -> Any:
    for key in place:
        answer = answer.get(key) if isinstance(answer, Mapping) else None
    return answer


def missing(told: Any, answer: Any, path: str = "") -> set[str]:
    """The paths of what is printed and not answered. `...` is any value; a list stands for one or more such items."""
    if told is ...:
        return set()
    if isinstance(told, list):
        if not (isinstance(answer, list) and answer):
            return {path}
        return {each for item in answer for each in missing(told[0], item, f"{path}[]")}
    if not isinstance(answer, Mapping):
        return {path}
    gone: set[str] = set()
    for key, value in told.items():
        place = f"{path}.{key}" if path else key
        gone |= missing(value, answer[key], place) if key in answer else {place}
    return gone
