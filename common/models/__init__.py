"""What the platform itself keeps."""

from common.models.audit import AuditEntry
from common.models.idempotency import IdempotencyRecord
from common.models.outbox import EventReceipt, OutboxEvent
from common.models.platform import PlatformSettings
from common.models.proofs import ProofRun

__all__ = ["AuditEntry", "EventReceipt", "IdempotencyRecord", "OutboxEvent", "PlatformSettings", "ProofRun"]
