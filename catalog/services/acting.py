"""The audit log is about what staff do: specialists change what is theirs as they like."""

from contextlib import AbstractContextManager, nullcontext

from common import audit
from common.audit import Person


def acting(actor: Person, *, reason: str = "") -> AbstractContextManager[None]:
    """Writes inside are recorded with their reason if `actor` is of the staff."""
    is_staff = actor is not None and getattr(actor, "is_staff", False)
    return audit.acting(actor, reason=reason) if is_staff else nullcontext()
