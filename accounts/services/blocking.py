"""Shutting people out and letting them in again."""

from django.db import transaction

from accounts.enums import Ending
from accounts.models import User
from accounts.services.sessions import end_sessions
from common import audit
from common.errors import BusinessRuleViolation, PermissionDenied


@transaction.atomic
def block_user(user: User, *, actor: User, reason: str) -> User:
    """Shuts somebody out: no sign-in, and what is signed in already ends with this transaction."""
    user = User.objects.select_for_update().get(pk=user.pk)
    _refuse_unless_above(actor, user)
    if user.pk == actor.pk:
        raise BusinessRuleViolation("Nobody can block themselves.")
    if not user.is_active:
        raise BusinessRuleViolation("This person is blocked already.")
    end_sessions(user, why=Ending.BLOCKED)
    return _set_active(user, is_active=False, actor=actor, reason=reason)


@transaction.atomic
def unblock_user(user: User, *, actor: User, reason: str) -> User:
    user = User.objects.select_for_update().get(pk=user.pk)
    _refuse_unless_above(actor, user)
    if user.erased_at:
        raise BusinessRuleViolation("This person's data was erased; there is no account to open again.")
    if user.is_active:
        raise BusinessRuleViolation("This person is not blocked.")
    return _set_active(user, is_active=True, actor=actor, reason=reason)


def _refuse_unless_above(actor: User, user: User) -> None:
    if user.is_staff and not actor.is_superuser:
        raise PermissionDenied("Only a superuser can do this to a member of staff.")


def _set_active(user: User, *, is_active: bool, actor: User, reason: str) -> User:
    user.is_active = is_active
    with audit.acting(actor, reason=reason):
        user.save(update_fields=["is_active"])
    return user
