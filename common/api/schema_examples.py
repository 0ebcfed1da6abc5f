"""Examples for the OpenAPI document, made from the schemas, so that none can go stale."""

from typing import Any

from drf_spectacular.plumbing import ResolvedComponent

from common import errors
from common.api.error_bodies import MethodNotAllowed, NotAcceptable

# What any operation may answer, in the words it really uses.
STATUSES: dict[str, tuple[str, str]] = {
    str(kind.status): (kind.code, kind.default_message)
    for kind in (
        errors.ValidationFailed,
        errors.AuthenticationRequired,
        errors.PaymentFailed,
        errors.PermissionDenied,
        errors.NotFound,
        MethodNotAllowed,
        NotAcceptable,
        errors.Conflict,
        errors.VersionMismatch,
        errors.PayloadTooLarge,
        errors.UnsupportedMediaType,
        errors.BusinessRuleViolation,
        errors.RateLimitExceeded,
        errors.DomainError,
        errors.ServiceUnavailable,
    )
}

ERROR_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["success", "error"],
    "properties": {
        "success": {"type": "boolean", "enum": [False]},
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "request_id", "timestamp"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string"},
                "details": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["field", "message", "code"],
                        "properties": {
                            "field": {"type": "string", "description": "A path, such as time_slots.1.end_time."},
                            "message": {"type": "string"},
                            "code": {"type": "string"},
                        },
                    },
                },
                "request_id": {"type": "string"},
                "timestamp": {"type": "string", "format": "date-time"},
            },
            # Conflicts, allowed actions: some errors say more.
            "additionalProperties": True,
        },
    },
}

_BY_FORMAT: dict[str, Any] = {
    "uuid": "01940d2e-5c00-7a31-8f00-3f2a9be1c001",
    "date-time": "2026-01-20T04:30:00Z",
    "date": "2026-01-20",
    "time": "10:00",
    "email": "alice@example.com",
    "uri": "https://almanac.example/",
    "decimal": "12.50",
}
_BY_NAME: dict[str, Any] = {
    "phone_number": "+919876543210",
    "first_name": "Alice",
    "last_name": "Sharma",
    "timezone": "Asia/Kolkata",
    "currency": "INR",
    "language": "en",
    "page": 1,
}
_BY_TYPE: dict[str, Any] = {"integer": 1, "number": 1.5, "boolean": True, "string": "text", "object": {}}
_MAX_DEPTH = 8


def error_example(status: str, code: str, message: str) -> dict[str, Any]:
    field_at_fault = {"field": "start_time", "message": "State the offset from UTC.", "code": "TIMEZONE_REQUIRED"}
    return {
        "success": False,
        "error": {
            "code": code,
            "message": message,
            "details": [field_at_fault] if status == "400" else [],
            "request_id": "01940d2e-5c00-7a31-8f00-3f2a9be1c0de",
            "timestamp": "2026-01-20T04:30:00.000Z",
        },
    }


def example_of(schema: dict[str, Any], registry: Any, name: str = "", depth: int = 0) -> Any:
    """A value that the schema allows: what it says itself, then what its name, format or type suggests."""
    if depth > _MAX_DEPTH:
        return None
    if "$ref" in schema:
        component = registry[(schema["$ref"].rpartition("/")[2], ResolvedComponent.SCHEMA)]
        return example_of(component.schema, registry, name, depth + 1)
    for parts in ("allOf", "oneOf", "anyOf"):
        if parts in schema:
            return example_of(schema[parts][0], registry, name, depth + 1)
    if "properties" in schema:
        members = schema["properties"].items()
        return {key: example_of(member, registry, key, depth + 1) for key, member in members}
    if schema.get("type") == "array":
        return [example_of(schema["items"], registry, name, depth + 1)]
    return _simple(schema, name)


def _simple(schema: dict[str, Any], name: str) -> Any:
    for said in ("example", "default"):
        if said in schema:
            return schema[said]
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("type") == "object" and schema.get("nullable"):
        return None
    if name in _BY_NAME:
        return _BY_NAME[name]
    return _BY_FORMAT.get(schema.get("format", ""), _BY_TYPE.get(schema.get("type", "string")))
