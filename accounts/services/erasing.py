"""Ending an account at its owner's wish."""

from django.db import transaction

from accounts.enums import Ending
from accounts.models import SessionId, User
from accounts.services.fresh_sign_in import require_fresh_sign_in
from accounts.services.sessions import end_sessions
from common.errors import BusinessRuleViolation
from common.personal_data import erase_person


@transaction.atomic
def erase_account(user: User, *, session_id: SessionId) -> None:
    """Signs out everywhere and erases what every app holds, or nothing at all.

    An app that still needs somebody, for a booking that stands or money that is owed, raises from its `erase`.
    """
    require_fresh_sign_in(session_id)
    user = User.objects.select_for_update().get(pk=user.pk)
    if user.is_staff:
        raise BusinessRuleViolation("Staff cannot erase themselves. Ask a superuser to take you off the staff first.")
    end_sessions(user, why=Ending.ERASED)
    erase_person(user)
