"""The second factor of staff: whether it was given, and forgetting it."""

from django.conf import settings
from django.db import transaction
from django_otp import match_token
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.errors import SecondFactorRequired
from accounts.models import User
from common import audit
from common.errors import BusinessRuleViolation, PermissionDenied


def require_second_factor(user: User, code: str) -> None:
    """Refuses staff without a right code of their authenticator, wherever the back office would ask for one too."""
    if not (user.is_staff and settings.STAFF_SECOND_FACTOR):
        return
    if not code or match_token(user, code) is None:
        raise SecondFactorRequired


@transaction.atomic
def reset_second_factor(user: User, *, actor: User, reason: str) -> User:
    """Forgets somebody's authenticator and recovery codes; the next sign-in asks to enrol a new one."""
    if not actor.is_superuser:
        raise PermissionDenied("Only a superuser can reset a second factor.")
    if user.pk == actor.pk:
        raise BusinessRuleViolation("Another superuser has to do this for you.")
    with audit.acting(actor, reason=reason):
        removed = [model.objects.filter(user=user).delete()[0] for model in (TOTPDevice, StaticDevice)]
    if not any(removed):
        raise BusinessRuleViolation("This person has no second factor yet.")
    audit.record("second factor reset", user, actor=actor, reason=reason)
    return user
