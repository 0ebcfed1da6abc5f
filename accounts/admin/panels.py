"""What apps of the upper floors show on a person's page: tables that `PERSON_PANELS` names the makers of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Panel:
    """Figures, and a table of the latest: each row with where its first cell leads to."""

    title: str
    figures: Sequence[tuple[str, str]]
    heading: Sequence[str]
    rows: Sequence[tuple[str, Sequence[str]]]
    more: str


# Called with whose page it is and who looks; None shows nothing. A constant number of queries each.
Maker = Callable[[User, User], Panel | None]


def panels_of(person: User, viewer: User) -> list[Panel]:
    made = [_maker(path)(person, viewer) for path in settings.PERSON_PANELS]
    return [panel for panel in made if panel is not None]


@cache
def _maker(path: str) -> Maker:
    maker: Maker = import_string(path)
    return maker
