"""The platform's own tasks. Each calls one function of its room and may run twice."""

import logging

from common import audit_sealing, heartbeat, idempotency, outbox, proofs
from common.queue import task

logger = logging.getLogger(__name__)


@task("common.deliver_events")
def deliver_events() -> None:
    outbox.deliver_due()


@task("common.sweep_outbox")
def sweep_outbox() -> None:
    outbox.sweep()


@task("common.purge_outbox")
def purge_outbox() -> None:
    outbox.purge()


@task("common.release_abandoned_idempotency_keys")
def release_abandoned_idempotency_keys() -> None:
    idempotency.release_abandoned()


@task("common.purge_idempotency_keys")
def purge_idempotency_keys() -> None:
    idempotency.purge()


@task("common.prove_invariants")
def prove_invariants() -> None:
    proofs.prove()


@task("common.beat_heartbeat")
def beat_heartbeat() -> None:
    heartbeat.beat()


@task("common.seal_audit_log")
def seal_audit_log() -> None:
    audit_sealing.seal_audit_log()
