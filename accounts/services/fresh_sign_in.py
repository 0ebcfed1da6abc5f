"""What needs more than a token: whoever finds a phone unlocked must not carry the account away with it."""

from datetime import timedelta

from django.db.models.functions import Now

from accounts.errors import FreshSignInRequired
from accounts.models import Session, SessionId

FRESH_FOR = timedelta(minutes=10)


def require_fresh_sign_in(session_id: SessionId, *, field: str = "") -> None:
    """Raises unless the session was opened by password, code or Telegram a few minutes ago."""
    if not Session.objects.live().filter(pk=session_id, created_at__gt=Now() - FRESH_FOR).exists():
        raise FreshSignInRequired.of(field, FreshSignInRequired.default_message, "REAUTH_REQUIRED")
