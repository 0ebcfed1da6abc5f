"""Telling somebody something: the inbox in the transaction of the fact, everything else after its commit."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from common import clock
from common.ids import new_id
from notifications.catalogue import FALLBACK_CHANNELS, MAX_VALUE, Kind, check_context, kind_named, render
from notifications.enums import PATIENT_TOPICS, Channel
from notifications.errors import WrongContext
from notifications.models import Delivery, Notification
from notifications.quiet_hours import after_quiet_hours
from notifications.sealing import seal
from notifications.selectors import Reach, may_be_told, reach_of, reader_of, zone_of
from notifications.services.queueing import queue

MAX_TITLE = 255


@transaction.atomic
def notify(
    user: Any,
    kind: str,
    context: Mapping[str, Any],
    *,
    event_key: str,
    about: UUID | None = None,
    is_own_doing: bool = False,
) -> None:
    """Puts the message into the person's inbox and on its way by every channel they want it on.

    `event_key` names what happened (`booking.confirmed:<id>`): the same one again adds nothing. If none of the
    message's own channels reaches the person, the first fallback that does is taken. Whether they still want it,
    and where they are to be found, is asked again when it is sent. `about` is the id of what the kind is about. Of
    what somebody did themselves their inbox is enough.
    """
    check_context(kind, context)
    described = kind_named(kind)
    if bool(described.about) is not (about is not None):
        raise WrongContext(f"{kind} is about {described.about or 'nothing'}.")
    if not may_be_told(user, described):
        return
    if described.in_inbox:
        _enter(user, kind, described, context, event_key, about)
    if is_own_doing:
        return
    content = {"context": dict(context), **({"about": str(about)} if about else {})}
    channels = _channels(described, reach_of(user))
    queue(_delivery(user, kind, described, content, event_key, channel) for channel in channels)


def first_fallback(kind: Kind, reach: Reach, *, but: Iterable[str] = ()) -> list[Channel]:
    """The first way that is left to reach somebody, in a list of one; empty if there is none."""
    tried = set(but)
    ways = [way for way in FALLBACK_CHANNELS if way not in tried and reach.allows(way, kind.topic) and reach.has(way)]
    return ways[:1]


def _channels(kind: Kind, reach: Reach) -> list[Channel]:
    wanted = [channel for channel in kind.channels if reach.wants(channel, kind.topic) and reach.has(channel)]
    return wanted or first_fallback(kind, reach)


def _enter(user: Any, name: str, kind: Kind, context: Mapping[str, Any], event_key: str, about: UUID | None) -> None:
    leads_to = {f"{kind.about}_id": str(about)} if about else {}
    text = render(name, Channel.IN_APP, context, reader_of(user))
    entry = Notification(
        recipient=user,
        event_key=event_key,
        kind=name,
        topic=kind.topic,
        title=text.title[:MAX_TITLE],
        message=text.text,
        data=leads_to | {key: str(context[key])[:MAX_VALUE] for key in sorted(kind.shows)},
    )
    Notification.objects.bulk_create([entry], ignore_conflicts=True)


def _delivery(
    user: Any, name: str, kind: Kind, content: Mapping[str, Any], event_key: str, channel: Channel
) -> Delivery:
    now = clock.now()
    delivery = Delivery(
        id=new_id(),
        event_key=event_key,
        recipient=user,
        channel=channel,
        kind=name,
        urgency=kind.urgency,
        expires_at=now + kind.lives,
    )
    delivery.sealed = seal(delivery.pk, content)
    if kind.topic in PATIENT_TOPICS:
        delivery.due_at = after_quiet_hours(now, zone_of(user))
    return delivery
