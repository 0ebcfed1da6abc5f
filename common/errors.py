"""Domain errors: what a service raises and the API, the admin and the bot show in their own way.

A class is one row of the API's error table; its `code` and `status` never change, its message is written for the
person who reads it. Apps subclass the rows (`class SlotTaken(Conflict)`) and do not invent new statuses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Detail:
    """One thing that is wrong: where (`time_slots.1.end_time`, empty for the whole), what, and a code for machines."""

    field: str
    message: str
    code: str = "INVALID"

    def as_dict(self) -> dict[str, str]:
        return {"field": self.field, "message": self.message, "code": self.code}


@dataclass(eq=False)
class DomainError(Exception):
    """Refuses a request. `extra` adds members to the error object, such as `conflicts`."""

    message: str = ""
    details: Sequence[Detail] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)
    retry_after: int | None = None

    code = "INTERNAL_ERROR"
    status = 500
    default_message = "Something went wrong on our side."

    def __post_init__(self) -> None:
        self.message = self.message or self.default_message
        super().__init__(self.message)

    @classmethod
    def of(cls, field: str, message: str, code: str = "INVALID") -> "DomainError":
        """The error with a single detail, whose message is also the error's own."""
        return cls(message, details=[Detail(field, message, code)])


class ValidationFailed(DomainError):
    code = "VALIDATION_ERROR"
    status = 400
    default_message = "The request is not valid."


class AuthenticationRequired(DomainError):
    code = "AUTHENTICATION_REQUIRED"
    status = 401
    default_message = "Sign in to do this."


class PaymentFailed(DomainError):
    code = "PAYMENT_FAILED"
    status = 402
    default_message = "The payment did not go through."


class PermissionDenied(DomainError):
    code = "INSUFFICIENT_PERMISSIONS"
    status = 403
    default_message = "You are not allowed to do this."


class NotFound(DomainError):
    code = "RESOURCE_NOT_FOUND"
    status = 404
    default_message = "There is nothing here."


class Conflict(DomainError):
    code = "DUPLICATE_RESOURCE"
    status = 409
    default_message = "This already exists."


class InvalidTransition(DomainError):
    code = "INVALID_TRANSITION"
    status = 409
    default_message = "This cannot be done in its present state."


class RequestInProgress(DomainError):
    code = "REQUEST_IN_PROGRESS"
    status = 409
    default_message = "The first request with this idempotency key is still running."


class VersionMismatch(DomainError):
    code = "VERSION_MISMATCH"
    status = 412
    default_message = "It has changed since you read it. Read it again and repeat your change."


class PayloadTooLarge(DomainError):
    code = "PAYLOAD_TOO_LARGE"
    status = 413
    default_message = "The request body is too large."


class UnsupportedMediaType(DomainError):
    code = "UNSUPPORTED_MEDIA_TYPE"
    status = 415
    default_message = "Send application/json in UTF-8."


class BusinessRuleViolation(DomainError):
    code = "BUSINESS_RULE_VIOLATION"
    status = 422
    default_message = "The rules do not allow this."


class IdempotencyKeyReused(DomainError):
    code = "IDEMPOTENCY_KEY_REUSED"
    status = 422
    default_message = "This idempotency key was used for another request."


class RateLimitExceeded(DomainError):
    code = "RATE_LIMIT_EXCEEDED"
    status = 429
    default_message = "Too many requests. Try again later."


class ServiceUnavailable(DomainError):
    code = "SERVICE_UNAVAILABLE"
    status = 503
    default_message = "A part of the platform is not available just now. Try again shortly."
