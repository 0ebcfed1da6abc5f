"""What is known about the request or task under way, for logs, errors and the audit log."""

from contextvars import ContextVar

_request_id: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """The id that the client sent or we made; empty outside of requests and tasks."""
    return _request_id.get()


def set_request_id(request_id: str) -> None:
    _request_id.set(request_id)
