"""Clients that fight for the same rooms over HTTP and keep a record of every answer that they got."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from common import clock
from common.timeranges import TimeRange

HOUR = timedelta(hours=1)
# Starts are half an hour apart and bookings take an hour, so each is in the way of its neighbours.
STARTS = 16
STEP = timedelta(minutes=30)


@dataclass(frozen=True)
class Held:
    """A booking as its customer last heard of it."""

    id: str
    room: str


@dataclass
class Customer:
    """Two clients are one customer, so that they act on the same bookings at once."""

    token: str
    bookings: list[Held] = field(default_factory=list)


@dataclass
class Record:
    """What was answered.

    `strange` are answers that nothing explains, `unexplained` refusals that name no rival. `gone` are bookings that
    were refused as cancelled already.
    """

    answers: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)
    unexplained: list[tuple[str, TimeRange, TimeRange]] = field(default_factory=list)
    booked: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)


class Connection:
    """One HTTP/1.1 connection that stays open."""

    def __init__(self, port: int, token: str) -> None:
        self.port, self.token = port, token
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: dict[str, Any]) -> tuple[int, Any]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        sent = json.dumps(body).encode()
        writer.write(
            f"POST /api/v1/bookings{path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: keep-alive\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n".encode()
            + sent
        )
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        answer = json.loads(await reader.readexactly(length))
        if b"connection: close" in head:
            self.close()
        return int(head.split(b" ", 2)[1]), answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None


class Client:
    """Books, cancels and moves at random; every answer is looked at."""

    def __init__(self, port: int, customer: Customer, rooms: Sequence[str], day: datetime, seed: int) -> None:
        self.connection = Connection(port, customer.token)
        self.customer, self.rooms, self.day = customer, rooms, day
        self.random = Random(seed)  # noqa: S311 - nothing is secret here
        self.record = Record()

    async def attempt(self, count: int) -> Record:
        try:
            for _ in range(count):
                held = self.random.choice(self.customer.bookings) if self.customer.bookings else None
                kind = self.random.random()
                if held is None or kind < 0.55:
                    await self._book()
                elif kind < 0.85:
                    await self._cancel(held)
                else:
                    await self._move(held)
        finally:
            self.connection.close()
        return self.record

    async def _book(self) -> None:
        room, time = self.random.choice(self.rooms), self._some_time()
        times = {"start_time": time.start.isoformat(), "end_time": time.end.isoformat()}
        body = {"resource_id": room, "title": "Review", **times}
        status, answer, took = await self._timed("", body)
        self._note("book", status, answer)
        if status == 201:
            found = answer["data"]["booking"]["id"]
            if found not in self.record.booked:
                self.record.booked.add(found)
                self.customer.bookings.append(Held(found, room))
        else:
            self._look_for_the_cause(status, answer, room, time, took)

    async def _cancel(self, held: Held) -> None:
        status, answer, _ = await self._timed(f"/{held.id}/cancel", {"reason": "Another plan"})
        self._note("cancel", status, answer)
        if status == 200:
            self.record.cancelled.add(held.id)
        elif _code(answer) == "INVALID_TRANSITION":
            self.record.gone.add(held.id)
        else:
            self.record.strange.append(f"cancel: {status} {answer}")
        if held in self.customer.bookings:
            self.customer.bookings.remove(held)

    async def _move(self, held: Held) -> None:
        time = self._some_time()
        status, answer, took = await self._timed(f"/{held.id}/reschedule", {"start_time": time.start.isoformat()})
        self._note("move", status, answer)
        if _code(answer) == "INVALID_TRANSITION":
            self.record.gone.add(held.id)
        elif status != 200:
            self._look_for_the_cause(status, answer, held.room, time, took)

    def _look_for_the_cause(self, status: int, answer: Any, room: str, time: TimeRange, took: TimeRange) -> None:
        """A refusal names times that are really in the way of what was asked for."""
        if status != 409 or _code(answer) != "BOOKING_CONFLICT":
            self.record.strange.append(f"{status} {answer}")
            return
        conflicts = [
            TimeRange(datetime.fromisoformat(each["start_time"]), datetime.fromisoformat(each["end_time"]))
            for each in answer["error"]["conflicts"]
        ]
        if not conflicts:
            self.record.unexplained.append((room, time, took))
        elif not all(each.overlaps(time) for each in conflicts):
            self.record.strange.append(f"{time} is refused for {conflicts}")

    async def _timed(self, path: str, body: dict[str, Any]) -> tuple[int, Any, TimeRange]:
        before = clock.now()
        status, answer = await self.connection.post(path, body)
        return status, answer, TimeRange(before, clock.now() + timedelta.resolution)

    def _note(self, what: str, status: int, answer: Any) -> None:
        self.record.answers[f"{what} {status}"] += 1
        if status >= 500:
            self.record.strange.append(f"{what}: {status} {answer}")

    def _some_time(self) -> TimeRange:
        return TimeRange.lasting(self.day + self.random.randrange(STARTS) * STEP, HOUR)


def fight(clients: Sequence[Client], attempts: int) -> Record:
    """All clients at once, each as many times; one record of all that they were answered."""

    async def all_at_once() -> list[Record]:
        return await asyncio.gather(*(client.attempt(attempts // len(clients)) for client in clients))

    together = Record()
    for record in asyncio.run(all_at_once()):
        together.answers += record.answers
        together.strange += record.strange
        together.unexplained += record.unexplained
        together.booked |= record.booked
        together.cancelled |= record.cancelled
        together.gone |= record.gone
    return together


def _code(answer: Any) -> str:
    return str(answer.get("error", {}).get("code", ""))
