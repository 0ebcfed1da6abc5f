"""What a channel is: `send` hands one message to a provider and returns the provider's id for it.

It writes none of our tables and decides nothing: how it went is said by returning or by one of four errors.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; other channels leave it out."""

    name: str
    content: bytes
    mime_type: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message for one address, in the reader's words. `html` and `link` are empty where there is none."""

    delivery_id: UUID
    kind: str
    channel: str
    to: str
    title: str
    text: str
    html: str = ""
    link: str = ""
    is_urgent: bool = False
    recipient_id: UUID | None = None
    attachments: tuple[Attachment, ...] = ()


class Channel(Protocol):
    """`is_repeatable`: the provider (or the reader's device) shows a message once, however often it is sent."""

    is_repeatable: ClassVar[bool]

    def send(self, message: Message) -> str: ...


class SendingFailed(Exception):
    """Its text is a few words for staff: never a person's data, never a provider's whole answer."""


class Temporary(SendingFailed):
    """Not sent, and worth another try. `retry_after` is what the provider asks for, in seconds."""

    def __init__(self, reason: str, *, retry_after: int | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Permanent(SendingFailed):
    """Not sent, and never will be in this form."""


class Unreachable(Permanent):
    """The address is dead, or its owner does not want to hear from us this way: nothing more is sent to it."""


class OutcomeUnknown(SendingFailed):
    """Handed over, perhaps: the provider fell silent before it answered."""
