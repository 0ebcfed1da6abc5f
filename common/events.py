"""Announcing what happened, and listening to it.

    publish("booking.confirmed", booking.id, {"calendar_id": booking.calendar_id})

    @on("booking.confirmed")            # in an app's subscribers.py
    def invite_to_calendar(event: Event) -> None: ...

`publish` writes one row in the caller's transaction: nothing is announced that did not happen, and nothing that
happened is lost. `common.outbox` hands it to each subscriber after commit; docs/outbox.md tells how.
"""

import json
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model
from redis.exceptions import RedisError

from common.context import current_request_id
from common.inserts import insert_together
from common.models import OutboxEvent
from common.queue import enqueue
from common.redis import redis_client

logger = logging.getLogger(__name__)

Value = str | int | bool | UUID | None
NAME = re.compile(r"[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
# Subscribers load the present state by id; whoever needs more than this is about to copy people's data around.
MOST_DATA_BYTES = 2_000
DELIVER_TASK = "common.deliver_events"
# To send a task costs ten times what it costs to see that one is waiting. One that is lost holds up the next this long.
NUDGED = "outbox:nudged"
NUDGED_SECONDS = 5
# More than these are sent to the database as one document.
FEW = 5
# When it is due the database says.
_GIVEN = [field for field in OutboxEvent._meta.concrete_fields if field.name != "due_at"]
_COLUMNS = ", ".join(str(field.column) for field in _GIVEN)
_INSERT_MANY = f"""
INSERT INTO common_outboxevent ({_COLUMNS})
SELECT {_COLUMNS} FROM jsonb_populate_recordset(NULL::common_outboxevent, %s::jsonb)
ON CONFLICT DO NOTHING
"""  # noqa: S608 - names of our own columns


@dataclass(frozen=True, slots=True)
class Event:
    """What a subscriber is told. UUIDs in `data` arrive as text."""

    id: UUID
    name: str
    subject: str
    data: Mapping[str, str | int | bool | None]
    at: datetime


Subscriber = Callable[[Event], None]
_subscribers: defaultdict[str, dict[str, Subscriber]] = defaultdict(dict)


def on(name: str) -> Callable[[Subscriber], Subscriber]:
    """Registers a subscriber under its dotted path, which receipts keep: renaming it loses events under way.

    It runs in a transaction that also holds its receipt, so what it writes to the database happens exactly once.
    Mails and other calls outside are enqueued from there, and happen at least once.
    """
    _refuse_bad_name(name)

    def register(subscriber: Subscriber) -> Subscriber:
        path = f"{subscriber.__module__}.{subscriber.__qualname__}"
        if path in _subscribers[name]:
            raise ValueError(f"{path} is already subscribed to {name}.")
        _subscribers[name][path] = subscriber
        return subscriber

    return register


def subscribers_of(name: str) -> Mapping[str, Subscriber]:
    """The subscribers of an event by dotted path, in order of registration."""
    return _subscribers.get(name, {})


def publish(name: str, subject: str | UUID, data: Mapping[str, Value] | None = None, *, key: str | None = None) -> None:
    """Announces that `name` happened to `subject`, once the transaction under way has committed.

    With `key`, announcing the same again changes nothing. `data` holds ids and plain values, never personal data.
    """
    publish_all([News(name, subject, data or {}, key)])


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened, as `publish` takes it."""

    name: str
    subject: str | UUID
    data: Mapping[str, Value]
    key: str | None = None


def publish_all(news: Sequence[News], *, along: Sequence[Model] = ()) -> None:
    """Announces all of it by one statement, as a series does that is booked at once.

    `along` are the new rows that the news is of, a handful at most: where the news is little they go with it.
    """
    if not connection.in_atomic_block:
        names = ", ".join(sorted({each.name for each in news}))
        raise transaction.TransactionManagementError(f"{names} was published outside of the transaction of its fact.")
    events = [_event(each) for each in news]
    if len(events) <= FEW:
        insert_together(along, unless_there=events)
    else:
        insert_together(along)
        _insert_many(events)
    if any(event.subscribers for event in events):
        _nudge_after_commit()


def _insert_many(events: Sequence[OutboxEvent]) -> None:
    """As one document: to build and bind a statement of a thousand values costs several times what this does."""
    rows = [{field.column: getattr(event, field.attname) for field in _GIVEN} for event in events]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_MANY, [json.dumps(rows, default=str)])


def _event(news: News) -> OutboxEvent:
    _refuse_bad_name(news.name)
    event = OutboxEvent(
        name=news.name,
        subject=str(news.subject),
        data=_plain(news.data),
        key=news.key,
        subscribers=list(subscribers_of(news.name)),
        request_id=current_request_id(),
    )
    if not event.subscribers:
        # Nobody is to be told, so it is history at once.
        event.delivered_at = event.created_at
    return event


def _nudge_after_commit() -> None:
    """One nudge per transaction, however many events it publishes.

    A nudge of a savepoint that was rolled back is gone from the list, and so are that savepoint's events.
    """
    if not any(waiting is _nudge for _, waiting, *_ in connection.run_on_commit):
        transaction.on_commit(_nudge, robust=True)


def _nudge() -> None:
    """Sends the task unless one waits that no worker has begun yet: it will find these events as well."""
    try:
        is_first = redis_client().set(NUDGED, 1, nx=True, ex=NUDGED_SECONDS)
    except RedisError:
        is_first = True
    if is_first:
        enqueue(DELIVER_TASK)


def take_nudge() -> None:
    """Called by the task before it looks for events: whatever is announced from now on sends another."""
    try:
        redis_client().delete(NUDGED)
    except RedisError:
        # It is forgotten in a few seconds anyway, and the sweep does not wait for nudges.
        logger.warning("the outbox's nudge could not be taken")


def _refuse_bad_name(name: str) -> None:
    if not NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not of the form noun.past_tense.")


def _plain(data: Mapping[str, Value]) -> dict[str, str | int | bool | None]:
    plain = {name: str(value) if isinstance(value, UUID) else value for name, value in data.items()}
    for name, value in plain.items():
        if not isinstance(value, str | int | bool | None):
            raise TypeError(f"{name} is a {type(value).__name__}; events carry ids and other plain values.")
    if len(json.dumps(plain)) > MOST_DATA_BYTES:
        raise ValueError(f"An event carries at most {MOST_DATA_BYTES} bytes; subscribers load the rest by id.")
    return plain
