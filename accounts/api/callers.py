"""Where a request comes from, as sessions and limits remember it."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request

from accounts.devices import LONGEST_AGENT, Device
from accounts.enums import Platform
from accounts.models import SessionId, User
from common.client_ip import client_ip, network_key


def device_of(request: Request, platform: str = Platform.WEB) -> Device:
    agent = request.META.get("HTTP_USER_AGENT", "")[:LONGEST_AGENT]
    # Headers are bytes that servers hand on as Latin-1; what is no text there must not reach the database.
    readable = "".join(sign for sign in agent if sign.isprintable())
    return Device(platform=platform, agent=readable, network=network_of(request))


def caller_of(request: Request) -> User:
    """Who is signed in; the view's rule lets nobody else get this far."""
    if not isinstance(request.user, User):
        raise TypeError("an endpoint for people was reached by nobody")
    return request.user


def session_of(request: Request) -> SessionId:
    """The session that the request's access token belongs to."""
    claims: Any = request.auth
    return SessionId(UUID(claims["sid"]))


def network_of(request: Request) -> str:
    return network_key(client_ip(request._request))  # noqa: SLF001 - DRF has no public name for it
