"""What messages are about, as it is when they leave: nobody is reminded of a booking that was cancelled since.

A kind that is `about` something names a key of `MESSAGE_SUBJECTS`, whose function an upper floor provides. It is asked
when the message is sent, and answers with the present values and files, or that there is nothing to tell any more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.base import Attachment


@dataclass(frozen=True, slots=True)
class Told:
    """A message that is about to leave: its kind, its subject's id, its reader, and its values when it was written."""

    kind: str
    about: UUID
    reader: Any
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Present:
    """The values that are true now, under the same names. `files` is called only where a channel carries files."""

    context: Mapping[str, Any]
    files: Callable[[], tuple[Attachment, ...]] = tuple


@dataclass(frozen=True, slots=True)
class Outdated:
    """Not to be sent any more; `why` is a few words for staff, without anybody's data."""

    why: str


def present(subject: str, told: Told) -> Present | Outdated:
    ask: Callable[[Told], Present | Outdated] = import_string(settings.MESSAGE_SUBJECTS[subject])
    return ask(told)
