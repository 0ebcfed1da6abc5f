"""What signing in leaves behind goes when it can no longer matter, and not before."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from accounts.devices import Device
from accounts.models import OtpChallenge, PasswordReset, RefreshToken, Session, TelegramProof, User
from accounts.services import first_tokens, forget_sign_ins, refresh_tokens
from accounts.tests.calls import code_for
from accounts.tests.tokens import open_session
from common import clock

pytestmark = pytest.mark.django_db


def test_what_is_young_stays_and_what_is_old_goes() -> None:
    alice = User.objects.create_user("alice@example.com")
    living, ended, idle = (open_session(alice) for _ in range(3))
    token = first_tokens(living).refresh_token
    token = refresh_tokens(token, device=Device()).refresh_token
    code_for()
    for age in (1, -1):
        TelegramProof.objects.create(digest=f"{age:064}", expires_at=clock.now() - timedelta(hours=age))
        PasswordReset.objects.create(user=alice, expires_at=clock.now() - timedelta(days=7, hours=age))

    forget_sign_ins()
    assert (OtpChallenge.objects.count(), Session.objects.count(), RefreshToken.objects.count()) == (1, 3, 2)
    assert (TelegramProof.objects.count(), PasswordReset.objects.count()) == (1, 1)

    OtpChallenge.objects.update(created_at=Now() - timedelta(days=2, seconds=1), expires_at=Now() - timedelta(days=2))
    RefreshToken.objects.exclude(used_at=None).update(used_at=Now() - timedelta(days=31))
    Session.objects.filter(pk=ended.pk).update(revoked_at=Now() - timedelta(days=91), ending="staff")
    Session.objects.filter(pk=idle.pk).update(expires_at=Now() - timedelta(days=91))
    forget_sign_ins()

    assert not OtpChallenge.objects.exists()
    assert Session.objects.get() == living
    assert RefreshToken.objects.count() == 1
    assert refresh_tokens(token, device=Device()).refresh_token
