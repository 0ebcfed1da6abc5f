"""A client that repeats a request under one key gets one effect and one answer, whatever was killed in between.

1. Insert first: a row of its own transaction, with a lease by the database's clock, says who runs the request.
2. Run: effect and answer are written in one transaction, which also checks the fencing number (`version`).
3. A repetition finds the answer (replayed), a living lease (409), another request (422), or a lease that is over:
   then it takes over by raising the fencing number, and whoever held it before can no longer commit.

A key remembers effects. What failed has left none, so its key is released. docs/idempotency.md has an example.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now

from common import clock
from common.errors import IdempotencyKeyReused, RequestInProgress
from common.ids import first_id_of, new_id
from common.models import IdempotencyRecord
from common.models.idempotency import KEPT_FOR

# Longer than any request of ours may take, gateway calls included: its owner is taken for dead after it.
LEASE = timedelta(seconds=60)
# An unfinished request that nobody came back for, and that has had no effect, is forgotten this long after its lease.
ABANDONED_AFTER = timedelta(minutes=1)
# A running request is done in milliseconds, so waiting for the whole lease would be a waste.
RETRY_SECONDS = 1
PURGE_BATCH = 5_000

INSERT = """
INSERT INTO common_idempotencyrecord
    (id, created_at, principal, key, method, path, request_hash, version, leased_until, expires_at)
SELECT %(id)s, now_, %(principal)s, %(key)s, %(method)s, %(path)s, %(request_hash)s,
    1, now_ + %(lease)s, now_ + %(kept)s
FROM statement_timestamp() AS now_
ON CONFLICT (principal, key) DO NOTHING
"""

# A row that its owner is just storing into is locked: the owner lives, and nobody waits for it.
TAKE_OVER = """
UPDATE common_idempotencyrecord
SET version = version + 1, leased_until = statement_timestamp() + %(lease)s, updated_at = statement_timestamp()
WHERE id = (
    SELECT id FROM common_idempotencyrecord
    WHERE id = %(id)s AND version = %(version)s AND finished_at IS NULL AND leased_until <= statement_timestamp()
    FOR UPDATE SKIP LOCKED
)
"""

PURGE = """
DELETE FROM common_idempotencyrecord WHERE id IN (
    SELECT id FROM common_idempotencyrecord
    WHERE id < %s AND expires_at <= statement_timestamp() AND leased_until <= statement_timestamp()
    ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


@dataclass(frozen=True, slots=True)
class Call:
    """One keyed request. Everything but principal and key is what a repetition must have in common with the first."""

    principal: str
    key: str
    method: str
    path: str
    request_hash: str


@dataclass(frozen=True, slots=True)
class StoredResponse:
    status: int
    headers: Mapping[str, str]
    body: bytes


class ClaimLost(RequestInProgress):
    """Our lease ran out and another worker took the request over: what we did must not be committed."""


@dataclass(slots=True)
class Claim:
    """The right to run one request, as long as nobody has raised its fencing number."""

    record_id: UUID
    version: int = 1
    recovery_point: str = ""
    recovery_data: Mapping[str, Any] = field(default_factory=dict)
    stored: bool = False

    def reach(self, recovery_point: str, data: Mapping[str, Any]) -> None:
        """Notes, in the transaction of an effect, that it is committed and what a successor must know of it.

        Renews the lease. Raises ClaimLost, which must roll that effect back, if another worker has taken over.
        """
        self._write(recovery_point=recovery_point, recovery_data=dict(data), leased_until=Now() + LEASE)
        self.recovery_point, self.recovery_data = recovery_point, data

    def store(self, response: StoredResponse) -> None:
        """Keeps the answer in the transaction of its effect; raises ClaimLost like `reach`."""
        self._write(
            finished_at=Now(),
            response_status=response.status,
            response_headers=dict(response.headers),
            response_body=response.body,
        )
        self.stored = True

    def release(self) -> None:
        """After a failure: frees the key, or, if an effect is committed, lets the next try resume from there."""
        mine = self._mine()
        if self.recovery_point:
            mine.update(leased_until=Now())
        else:
            mine.delete()

    def _write(self, **values: Any) -> None:
        if not connection.in_atomic_block:
            raise transaction.TransactionManagementError("An answer is stored in the transaction of its effect.")
        if not self._mine().update(updated_at=Now(), **values):
            raise ClaimLost(retry_after=RETRY_SECONDS)

    def _mine(self) -> QuerySet[IdempotencyRecord]:
        return IdempotencyRecord.objects.filter(pk=self.record_id, version=self.version, finished_at=None)


def begin(call: Call) -> Claim | StoredResponse:
    """The right to run the call, or the answer that it got before.

    Raises RequestInProgress while another worker runs it, IdempotencyKeyReused if the key stands for another request.
    Must be called outside of a transaction: others have to see the row at once.
    """
    claim = _insert(call)
    if claim:
        return claim
    record = _present(call)
    if record is None:
        # It was released or forgotten a moment ago, so the key is free.
        claim = _insert(call)
        if claim is None:
            raise RequestInProgress(retry_after=RETRY_SECONDS)
        return claim
    return _answer_of(record, call) or _take_over(record)


def release_abandoned() -> int:
    """Frees the keys of requests that died without an effect and were not repeated."""
    abandoned = IdempotencyRecord.objects.filter(
        finished_at=None, recovery_point="", leased_until__lte=Now() - ABANDONED_AFTER
    )
    deleted, _ = abandoned.delete()
    return deleted


def purge() -> int:
    """Forgets keys whose day is over."""
    total: int = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(PURGE, [first_id_of(clock.now() - KEPT_FOR), PURGE_BATCH])
            total += cursor.rowcount
            if cursor.rowcount < PURGE_BATCH:
                return total


def _insert(call: Call) -> Claim | None:
    record_id = new_id()
    values: dict[str, Any] = {**asdict(call), "id": record_id, "lease": LEASE, "kept": KEPT_FOR}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, values)
        return Claim(record_id) if cursor.rowcount else None


def _present(call: Call) -> IdempotencyRecord | None:
    """The row under this key; one whose day is over is forgotten first, as if the purge had been there already."""
    over = Q(expires_at__lte=Now()) & (Q(finished_at__isnull=False) | Q(leased_until__lte=Now()))
    same = IdempotencyRecord.objects.filter(principal=call.principal, key=call.key)
    record = same.annotate(is_over=ExpressionWrapper(over, BooleanField())).first()
    if record is None or not record.is_over:
        return record
    same.filter(over).delete()
    return None


def _answer_of(record: IdempotencyRecord, call: Call) -> StoredResponse | None:
    if record.request_hash != call.request_hash:
        raise IdempotencyKeyReused
    if record.finished_at is None:
        return None
    assert record.response_status is not None  # noqa: S101 - a CHECK says so
    assert record.response_body is not None  # noqa: S101 - the same CHECK
    return StoredResponse(record.response_status, record.response_headers, bytes(record.response_body))


def _take_over(record: IdempotencyRecord) -> Claim:
    values: dict[str, Any] = {"id": record.pk, "version": record.version, "lease": LEASE}
    with connection.cursor() as cursor:
        cursor.execute(TAKE_OVER, values)
        if not cursor.rowcount:
            raise RequestInProgress(retry_after=RETRY_SECONDS)
    return Claim(record.pk, record.version + 1, record.recovery_point, record.recovery_data)
