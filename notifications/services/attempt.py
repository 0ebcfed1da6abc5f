"""One try to send one claimed delivery. Writes nothing: how it went is returned."""

import logging
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model

from common import clock
from common.platform import platform_settings
from notifications.catalogue import Kind, Reader, Text, kind_named, render
from notifications.channels import channel_named
from notifications.channels.base import (
    Attachment,
    Channel,
    Message,
    OutcomeUnknown,
    Permanent,
    SendingFailed,
    Temporary,
    Unreachable,
)
from notifications.enums import PATIENT_TOPICS, DeliveryState, Urgency
from notifications.enums import Channel as ChannelName
from notifications.errors import UnknownKind
from notifications.models import Delivery
from notifications.quiet_hours import after_quiet_hours
from notifications.sealing import Unopenable, opened
from notifications.selectors import may_be_told, reach_of, reader_of, zone_of
from notifications.services.subjects import Outdated, Told, present

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """`state` WAITING means another try: not before `not_before`, or after `retry_after` seconds, or by backoff.

    `is_try` is false where nothing was tried. `dead` are the addresses that a provider gave up on.
    """

    state: DeliveryState
    error: str = ""
    provider_id: str = ""
    not_before: datetime | None = None
    retry_after: int | None = None
    is_try: bool = True
    dead: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Way:
    """Where a delivery goes, to whom it speaks, and what it speaks of."""

    addresses: Sequence[str]
    reader: Reader
    context: Mapping[str, Any]
    files: Callable[[], tuple[Attachment, ...]] = tuple


def attempt(delivery: Delivery) -> Outcome:
    """Steps 2 and 3 of docs/notifications.md."""
    try:
        return _attempt(delivery)
    except SendingFailed as failure:
        return _after([failure], delivery, dead=())
    except (Unopenable, UnknownKind) as error:
        return Outcome(DeliveryState.FAILED, f"cannot be read: {type(error).__name__}")
    except Exception as error:  # noqa: BLE001 - noted by its kind alone, because its text may quote a person
        _note_defect(delivery, error)
        # Providers' own errors are caught where they are called, so nothing has left yet.
        return _after([Temporary(f"broke: {type(error).__name__}")], delivery, dead=())


def _attempt(delivery: Delivery) -> Outcome:
    if delivery.expires_at <= clock.now():
        return Outcome(DeliveryState.EXPIRED)
    if delivery.attempts > platform_settings().message_tries:
        return Outcome(DeliveryState.FAILED, "its worker died at every try")
    kind = kind_named(delivery.kind)
    channel = channel_named(delivery.channel)
    if channel is None:
        return Outcome(DeliveryState.FAILED, "no provider for this channel")
    way = _way_to_stranger(delivery) if delivery.recipient_id is None else _way_to_person(delivery, kind)
    if isinstance(way, Outcome):
        return way
    text = render(delivery.kind, ChannelName(delivery.channel), way.context, way.reader)
    files = way.files() if delivery.channel == ChannelName.EMAIL else ()
    return _send(delivery, channel, way.addresses, text, files)


def _way_to_stranger(delivery: Delivery) -> _Way:
    content = opened(delivery.pk, bytes(delivery.sealed or b""))
    reader = Reader(language=content["language"], timezone=content.get("timezone", "UTC"))
    return _Way([content["to"]], reader, content["context"])


def _way_to_person(delivery: Delivery, kind: Kind) -> _Way | Outcome:
    user: Any = get_user_model().objects.filter(pk=delivery.recipient_id).first()
    if user is None or not may_be_told(user, kind):
        return Outcome(DeliveryState.SKIPPED, "blocked or erased")
    reach = reach_of(user)
    channel = ChannelName(delivery.channel)
    if not reach.allows(channel, kind.topic):
        return Outcome(DeliveryState.SKIPPED, "switched off")
    if not reach.has(channel):
        return Outcome(DeliveryState.FAILED, "no address")
    morning = after_quiet_hours(clock.now(), zone_of(user))
    if kind.topic in PATIENT_TOPICS and morning > clock.now():
        return Outcome(DeliveryState.WAITING, "quiet hours", not_before=morning, is_try=False)
    content = opened(delivery.pk, bytes(delivery.sealed or b""))
    way = _Way(reach.addresses[channel], reader_of(user), content["context"])
    return _as_it_is_now(way, delivery, kind, user, content["about"]) if kind.about else way


def _as_it_is_now(way: _Way, delivery: Delivery, kind: Kind, user: Any, about: str) -> _Way | Outcome:
    """The subject's present values in place of those it was written with, or nothing to send any more (E326)."""
    now = present(kind.about, Told(delivery.kind, UUID(about), user, way.context))
    if isinstance(now, Outdated):
        return Outcome(DeliveryState.SKIPPED, now.why)
    return replace(way, context=now.context, files=now.files)


def _send(
    delivery: Delivery, channel: Channel, addresses: Sequence[str], text: Text, files: tuple[Attachment, ...]
) -> Outcome:
    """To every address. One that has it is enough: another try would send it to that one again."""
    provider_ids: list[str] = []
    failures: list[SendingFailed] = []
    dead: list[str] = []
    for address in addresses:
        try:
            provider_ids.append(channel.send(_message(delivery, address, text, files)))
        except SendingFailed as failure:
            failures.append(failure)
            if isinstance(failure, Unreachable):
                dead.append(address)
        except Exception as error:  # noqa: BLE001 - noted by its kind alone, because its text may quote a person
            _note_defect(delivery, error)
            failures.append(OutcomeUnknown(f"broke: {type(error).__name__}"))
    if provider_ids:
        return Outcome(DeliveryState.SENT, provider_id=provider_ids[0], dead=tuple(dead))
    return _after(failures, delivery, dead=tuple(dead))


def _message(delivery: Delivery, address: str, text: Text, files: tuple[Attachment, ...]) -> Message:
    return Message(
        delivery_id=delivery.pk,
        kind=delivery.kind,
        channel=delivery.channel,
        to=address,
        title=text.title,
        text=text.text,
        html=text.html,
        link=text.link,
        is_urgent=delivery.urgency == Urgency.NOW,
        recipient_id=delivery.recipient_id,
        attachments=files,
    )


def _after(failures: Sequence[SendingFailed], delivery: Delivery, *, dead: tuple[str, ...]) -> Outcome:
    """What becomes of a delivery that reached no address: the failure that leaves most doubt decides."""
    order = (OutcomeUnknown, Temporary, Permanent)
    worst = min(failures, key=lambda failure: next(n for n, kind in enumerate(order) if isinstance(failure, kind)))
    error = str(worst)
    if isinstance(worst, OutcomeUnknown) and not is_repeatable(delivery):
        return Outcome(DeliveryState.UNKNOWN, error, dead=dead)
    if isinstance(worst, Permanent) or delivery.attempts >= platform_settings().message_tries:
        return Outcome(DeliveryState.FAILED, error, dead=dead)
    retry_after = worst.retry_after if isinstance(worst, Temporary) else None
    return Outcome(DeliveryState.WAITING, error, retry_after=retry_after, dead=dead)


def _note_defect(delivery: Delivery, error: Exception) -> None:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{type(error).__name__} in {frame.name} ({Path(frame.filename).name}:{frame.lineno})"
    logger.error("a message could not be sent", extra={"delivery": str(delivery.pk), "error": place})


def is_repeatable(delivery: Delivery) -> bool:
    channel = channel_named(delivery.channel)
    return channel is not None and channel.is_repeatable
