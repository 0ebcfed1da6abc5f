"""Access tokens, and refresh tokens that are used once.

A family is a chain. To refresh is to mark the newest link used and to append its successor, in one transaction that
holds the session's row; whoever comes second finds the link used. If that was moments ago and by the same program, it
is one device whose calls overlapped, and it is given the same successor. Otherwise somebody copied the token: nobody
can tell thief from owner, so the family ends for both.
"""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from rest_framework_simplejwt.tokens import AccessToken

from accounts.devices import Device
from accounts.enums import Ending
from accounts.errors import InvalidRefreshToken
from accounts.keyed_hashes import digest_of, keyed_hash, keyed_hashes
from accounts.models import RefreshToken, Session, User
from accounts.services.sessions import end_session
from common import clock
from common.platform import platform_settings

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class Tokens:
    access_token: str
    refresh_token: str
    expires_in: int


def first_tokens(session: Session) -> Tokens:
    """Opens the family of a session that has none yet."""
    raw = secrets.token_urlsafe(SECRET_BYTES)
    RefreshToken.objects.create(session=session, token_hash=keyed_hash("refresh", raw))
    return _tokens(session, raw)


def access_token(session: Session) -> AccessToken:
    """Signed, and of no use without the session's row: authentication reads it at every request."""
    token = AccessToken()
    token["sub"] = str(session.user_id)
    token["sid"] = str(session.pk)
    token.set_exp(lifetime=timedelta(minutes=platform_settings().access_minutes))
    return token


def refresh_tokens(raw: str, *, device: Device) -> Tokens:
    """The next pair of the family that `raw` belongs to, or `InvalidRefreshToken`, whatever is wrong with it."""
    with transaction.atomic():
        tokens = _refreshed(raw, device)
    # Raised outside, so that a family that had to end stays ended.
    if tokens is None:
        raise InvalidRefreshToken
    return tokens


def idle_limit(user: User, *, short_lived: bool) -> timedelta:
    """How long a device stays signed in without being used."""
    figures = platform_settings()
    return timedelta(days=figures.staff_refresh_days if short_lived or user.is_staff else figures.refresh_days)


def _refreshed(raw: str, device: Device) -> Tokens | None:
    token = (
        RefreshToken.objects.select_related("session__user")
        .select_for_update(of=("session",), no_key=True)
        .filter(token_hash__in=keyed_hashes("refresh", raw))
        .first()
    )
    if token is None or not _may_go_on(token.session):
        return None
    used = RefreshToken.objects.filter(pk=token.pk, used_at=None).update(
        used_at=Now(), used_by=_program(device), updated_at=Now()
    )
    return _append_successor(token, raw, device) if used else _repeated(token, raw, device)


def _may_go_on(session: Session) -> bool:
    user = session.user
    return session.revoked_at is None and session.expires_at > clock.now() and user.is_active and user.erased_at is None


def _append_successor(token: RefreshToken, raw: str, device: Device) -> Tokens:
    session, following = token.session, _successor_of(raw, token.session)
    RefreshToken.objects.create(session=session, parent=token, token_hash=keyed_hash("refresh", following))
    limit = idle_limit(session.user, short_lived=session.short_lived)
    Session.objects.filter(pk=session.pk).update(
        last_used_at=Now(), expires_at=Now() + limit, updated_at=Now(), network=device.network
    )
    return _tokens(session, following)


def _repeated(token: RefreshToken, raw: str, device: Device) -> Tokens | None:
    """The same successor for the same device's overlapping call; the end of the family for anybody else."""
    # Read again: the row that was joined to the locked one may be older than the lock.
    fresh = RefreshToken.objects.annotate(asked_at=Now()).get(pk=token.pk)
    following = _successor_of(raw, token.session)
    if (
        fresh.used_at is not None
        and _is_moments_ago(fresh.used_at, fresh.asked_at)
        and hmac.compare_digest(fresh.used_by, _program(device))
        # A successor that was used already shows that this is no overlap but a copy of an older link.
        and RefreshToken.objects.filter(
            parent=fresh, used_at=None, token_hash=keyed_hash("refresh", following)
        ).exists()
    ):
        return _tokens(token.session, following)
    end_session(token.session, why=Ending.REUSE)
    return None


def _is_moments_ago(used_at: datetime, asked_at: datetime) -> bool:
    return asked_at - used_at <= timedelta(seconds=platform_settings().refresh_grace_seconds)


def _successor_of(raw: str, session: Session) -> str:
    return _text_of(bytes.fromhex(keyed_hash("refresh successor", f"{session.pk} {raw}")))


def _text_of(secret: bytes) -> str:
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()


def _program(device: Device) -> str:
    return digest_of(device.agent.encode(errors="replace"))


def _tokens(session: Session, raw: str) -> Tokens:
    return Tokens(str(access_token(session)), raw, platform_settings().access_minutes * 60)
