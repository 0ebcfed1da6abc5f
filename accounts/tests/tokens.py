"""Signed-in people for the tests of every app, without the way through a sign-in."""

from datetime import timedelta

from rest_framework_simplejwt.tokens import AccessToken

from accounts.models import Session, User
from accounts.services import access_token
from common import clock


def open_session(user: User, **fields: object) -> Session:
    return Session.objects.create(user=user, expires_at=clock.now() + timedelta(days=30), **fields)


def token_of(user: User) -> AccessToken:
    """An access token of a session of its own."""
    return access_token(open_session(user))
