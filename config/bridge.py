"""HTTP over ASGI, handed to the WSGI application in a few threads.

What `a2wsgi` leaves to its caller is done here: a client that goes away ends the request instead of leaving half a body
that looks whole, headers whose underscores would pass for other headers are dropped, and bytes that URLs must not hold
are escaped so that the application can refuse them.

Known limits: a chunked body arrives empty (StrictRequestMiddleware refuses it), and an answer that is being streamed is
produced to its end after its reader has left.
"""

import json
from typing import Any, cast
from urllib.parse import quote_from_bytes
from wsgiref.types import WSGIApplication

from a2wsgi import WSGIMiddleware
from asgiref.typing import (
    ASGI3Application,
    ASGIReceiveCallable,
    ASGIReceiveEvent,
    ASGISendCallable,
    HTTPScope,
    Scope,
)

UPGRADE_REQUIRED = json.dumps(
    {
        "success": False,
        "error": {"code": "UPGRADE_REQUIRED", "message": "Only websockets are served here.", "details": []},
    }
).encode()


class ClientGone(OSError):
    """The client hung up before its request was complete. Django turns an OSError into UnreadablePostError."""


def through_wsgi(application: WSGIApplication, *, threads: int) -> ASGI3Application:
    # It brings its own types for what asgiref and wsgiref have types for already.
    bridge: Any = WSGIMiddleware(cast("Any", application), workers=threads)

    async def serve(scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
        async def receive_while_connected() -> ASGIReceiveEvent:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientGone("The client hung up.")
            return message

        await bridge(_cleaned(cast("HTTPScope", scope)), receive_while_connected, send)

    return serve


def _cleaned(scope: HTTPScope) -> Any:
    """WSGI knows no difference between `-` and `_`, so X_Forwarded_For would pass for X-Forwarded-For."""
    query = scope["query_string"]
    return {
        **scope,
        "headers": [(name, value) for name, value in scope["headers"] if b"_" not in name],
        "query_string": query if query.isascii() else quote_from_bytes(query, safe="%&=+;,/?:@!$'()*-._~[]").encode(),
    }


async def answer_upgrade_required(_scope: Scope, _receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    """What plain HTTP gets from a process that serves websockets only; also the sign that such a process lives."""
    headers = [(b"content-type", b"application/json"), (b"upgrade", b"websocket"), (b"connection", b"upgrade")]
    await send({"type": "http.response.start", "status": 426, "headers": headers, "trailers": False})
    await send({"type": "http.response.body", "body": UPGRADE_REQUIRED, "more_body": False})


async def lifespan(_scope: Scope, receive: ASGIReceiveCallable, send: ASGISendCallable) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.shutdown":
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "lifespan.startup.complete"})
