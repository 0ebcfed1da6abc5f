"""One port for everything: HTTP goes through WSGI, websockets through Channels.

`application` is what `bin/run` serves. Production sends HTTP to WSGI workers directly and only `/ws` here, to
`websockets`. Django's own ASGI handler is used by neither: it costs more than twice the CPU per request and buffers
streamed answers.
"""

from channels.routing import ProtocolTypeRouter

from config.bridge import answer_upgrade_required, lifespan, through_wsgi
from config.websockets import router
from config.wsgi import application as wsgi

# Few threads: more than about two per core only fight for the interpreter's lock.
THREADS = 4

application = ProtocolTypeRouter(
    {"http": through_wsgi(wsgi, threads=THREADS), "websocket": router, "lifespan": lifespan}
)
websockets = ProtocolTypeRouter({"http": answer_upgrade_required, "websocket": router, "lifespan": lifespan})
