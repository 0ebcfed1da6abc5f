"""Who is behind a change, told to the database in time, and deeds that change no row.

Triggers write the audit entries of changed rows (see docs/decisions/0007-audit-by-trigger.md). They learn the actor
from the transaction-local variable `almanac.audit`, which is set right before the first write of a transaction, and
only where a member of staff acts: whoever is not staff costs no statement.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db import connection, models, transaction
from django.http import HttpRequest

from common.client_ip import client_ip
from common.context import current_request_id
from common.models.audit import AuditEntry

Person = AbstractBaseUser | AnonymousUser | None

WRITING_WORDS = frozenset({"INSERT", "UPDATE", "DELETE", "MERGE", "WITH", "CALL", "DO"})


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What an entry says besides the deed itself."""

    actor_id: str = ""
    actor_name: str = ""
    source: str = "system"
    ip: str = ""
    user_agent: str = ""
    request_id: str = ""
    reason: str = ""


class _Announcement:
    """Left among the transaction's on-commit calls, it lives exactly as long as the variable set with it.

    Both vanish with the end of the transaction and with a rollback to a savepoint that is older than they are.
    """

    def __init__(self, circumstances: Circumstances) -> None:
        self.circumstances = circumstances

    def __call__(self) -> None:
        """There is nothing to do at commit."""


_request: ContextVar[HttpRequest | None] = ContextVar("audited_request", default=None)
_acting: ContextVar[Circumstances | None] = ContextVar("acting", default=None)


def current_circumstances() -> Circumstances | None:
    """What is to be announced now; None unless a member of staff acts."""
    acting = _acting.get()
    if acting is not None:
        return acting
    request = _request.get()
    user = getattr(request, "user", None)
    if request is None or user is None or not getattr(user, "is_staff", False):
        return None
    return circumstances_of(request, user)


def circumstances_of(request: HttpRequest, user: Person) -> Circumstances:
    known = user is not None and user.is_authenticated
    return Circumstances(
        actor_id=str(user.pk) if known and user is not None else "",
        actor_name=str(user)[:254] if known else "",
        source="api" if request.path_info.startswith("/api/") else "back office",
        ip=client_ip(request) or "",
        user_agent=request.META.get("HTTP_USER_AGENT", "")[:300].replace("\0", ""),
        request_id=current_request_id(),
    )


@contextmanager
def serving(request: HttpRequest) -> Iterator[None]:
    """Writes inside are the doing of whoever `request.user` turns out to be by then."""
    token = _request.set(request)
    try:
        with connection.execute_wrapper(_announce_before_writes):
            yield
    finally:
        _request.reset(token)


@contextmanager
def acting(actor: Person, *, reason: str = "", source: str = "system") -> Iterator[None]:
    """Writes inside are `actor`'s, for `reason`; where they came from is taken from the request under way, if any."""
    request = _request.get()
    circumstances = circumstances_of(request, actor) if request else Circumstances(source=source)
    if request is None and actor is not None and actor.is_authenticated:
        circumstances = replace(circumstances, actor_id=str(actor.pk), actor_name=str(actor)[:254])
    token = _acting.set(replace(circumstances, reason=reason))
    try:
        with connection.execute_wrapper(_announce_before_writes):
            yield
    finally:
        _acting.reset(token)


def record(
    action: str,
    target: models.Model | type[models.Model] | None = None,
    *,
    actor: Person = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Writes down a deed that changes no row: a reveal, an export, a sign-in. Secrets do not belong into `data`."""
    request = _request.get()
    circumstances = current_circumstances() or Circumstances()
    if request is not None and actor is not None:
        circumstances = circumstances_of(request, actor)
    elif request is not None and not circumstances.actor_id:
        circumstances = circumstances_of(request, None)
    elif actor is not None:
        circumstances = replace(circumstances, actor_id=str(actor.pk), actor_name=str(actor)[:254])
    said = asdict(circumstances)
    entry: AuditEntry = AuditEntry.objects.create(
        **{
            **said,
            "actor_id": said["actor_id"] or None,
            "ip": said["ip"] or None,
            "reason": reason or said["reason"],
        },
        action=action,
        target_table=target._meta.db_table if target is not None else "",
        target_id=str(target.pk) if isinstance(target, models.Model) else "",
        data=dict(data or {}),
    )
    return entry


def _announce_before_writes(
    execute: Callable[..., Any],
    sql: Any,
    params: Any,
    many: bool,
    context: dict[str, Any],
) -> Any:
    if not _writes(sql):
        return execute(sql, params, many, context)
    circumstances = current_circumstances()
    if circumstances is None or _announced() == circumstances:
        return execute(sql, params, many, context)
    if connection.in_atomic_block:
        _announce(circumstances)
        return execute(sql, params, many, context)
    # In autocommit a transaction-local variable would be gone before the statement itself.
    with transaction.atomic():
        _announce(circumstances)
        return execute(sql, params, many, context)


def _writes(sql: Any) -> bool:
    word, _, _ = str(sql).lstrip(" \n\t(").partition(" ")
    return word.upper() in WRITING_WORDS


def _announced() -> Circumstances | None:
    for entry in reversed(connection.run_on_commit):
        call: object = entry[1]
        if isinstance(call, _Announcement):
            return call.circumstances
    return None


def _announce(circumstances: Circumstances) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('almanac.audit', %s, true)", [json.dumps(asdict(circumstances))])
    transaction.on_commit(_Announcement(circumstances))
