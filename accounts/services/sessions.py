"""Ending what is signed in. Authentication reads the session's row, so it bites with the very next request."""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.enums import Ending
from accounts.models import KnownPerson, Session, SessionId, User
from common import audit
from common.errors import BusinessRuleViolation, PermissionDenied
from common.events import publish


def end_session(session: Session, *, why: Ending) -> None:
    """Ends one device, its refresh tokens and its sockets. Does nothing if it has ended before."""
    with transaction.atomic():
        _end([session.pk], session.user_id, why)


def end_session_of(session: Session, *, actor: User, reason: str) -> None:
    """Staff sign a device out. Those of staff are left to superusers, as everything about staff is."""
    owner = session.user
    if owner.is_staff and not actor.is_superuser:
        raise PermissionDenied("Only a superuser can do this to a member of staff.")
    with transaction.atomic():
        if not Session.objects.live().filter(pk=session.pk).exists():
            raise BusinessRuleViolation("This device is signed out already.")
        end_session(session, why=Ending.STAFF)
        audit.record("session_ended", owner, actor=actor, reason=reason, data={"session": str(session.pk)})


def end_sessions(user: User, *, why: Ending, keep: SessionId | None = None) -> int:
    """Ends all of somebody's devices but `keep`; says how many there were. No service is signed in for them then."""
    with transaction.atomic():
        KnownPerson.objects.signed_in().filter(user=user.pk).delete()
        # One statement locks them in one order, so two of these never wait for each other.
        live = Session.objects.filter(user_id=user.pk, revoked_at=None).order_by("pk").select_for_update(no_key=True)
        ending = [pk for pk in live.values_list("pk", flat=True) if pk != keep]
        _end(ending, user.pk, why)
    return len(ending)


def _end(sessions: Iterable[UUID], user_id: UUID, why: Ending) -> None:
    for session_id in sessions:
        ended = Session.objects.filter(pk=session_id, revoked_at=None).update(
            revoked_at=Now(), ending=why, updated_at=Now()
        )
        if ended:
            publish("session.revoked", str(session_id), {"user_id": str(user_id), "reason": why.value})
