"""Deletes what signing in leaves behind, once it can no longer matter."""

from datetime import timedelta

from django.db.models.functions import Now

from accounts.models import OtpChallenge, PasswordReset, RefreshToken, Session, TelegramProof
from accounts.services.service_accounts import forget_spent_keys

# Wrong codes are counted by the day.
CODES_KEPT = timedelta(days=2)
RESETS_KEPT = timedelta(days=7)
# Long enough to look into a theft that somebody reports late.
SESSIONS_KEPT = timedelta(days=90)
# A copy that comes back later than this is refused as unknown: its family has gone on or ended since.
USED_TOKENS_KEPT = timedelta(days=30)


def forget_sign_ins() -> None:
    forget_spent_keys()
    OtpChallenge.objects.filter(created_at__lt=Now() - CODES_KEPT).delete()
    PasswordReset.objects.filter(expires_at__lt=Now() - RESETS_KEPT).delete()
    TelegramProof.objects.filter(expires_at__lt=Now()).delete()
    Session.objects.filter(expires_at__lt=Now() - SESSIONS_KEPT).delete()
    Session.objects.filter(revoked_at__lt=Now() - SESSIONS_KEPT).delete()
    RefreshToken.objects.filter(used_at__lt=Now() - USED_TOKENS_KEPT).delete()
