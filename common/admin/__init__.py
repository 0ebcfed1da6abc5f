"""Pages of what the platform itself keeps, and the base that every app's pages stand on."""

from common.admin import audit, idempotency, lockouts, outbox, platform, proofs

__all__ = ["audit", "idempotency", "lockouts", "outbox", "platform", "proofs"]
