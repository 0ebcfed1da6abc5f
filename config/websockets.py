"""Every websocket path of the platform, as `config/urls.py` is for HTTP."""

from asgiref.typing import ASGIReceiveCallable, ASGISendCallable, Scope
from channels.routing import URLRouter
from django.urls import URLPattern, re_path

# An app's consumer is added here: path("ws/availability/", AvailabilityConsumer.as_asgi()).
routes: list[URLPattern] = []

NOTHING_HERE = 4404


async def close_unknown_path(_scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """Accepts and closes with a code: to a handshake refused by HTTP status no browser can see a reason."""
    await receive()
    await send({"type": "websocket.accept", "subprotocol": None, "headers": []})
    await send({"type": "websocket.close", "code": NOTHING_HERE, "reason": "There is nothing at this path."})


# Channels routes ASGI applications by Django's paths, whose types only know views.
router = URLRouter([*routes, re_path("", close_unknown_path)])  # type: ignore[arg-type]  # as said above
