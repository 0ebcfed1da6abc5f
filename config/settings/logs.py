"""Structured logs: JSON lines in production, coloured lines for people elsewhere. Both go to stderr."""

from config import env
from config.settings.base import PRODUCTION

LOG_FORMAT = env.choice("LOG_FORMAT", "json" if PRODUCTION else "console", among=("json", "console"))
LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", among=("DEBUG", "INFO", "WARNING", "ERROR"))
# How much of a caller's address an access line keeps: its network is enough to see an attack, and is nobody's name.
LOG_CLIENT_IP = env.choice("LOG_CLIENT_IP", "network", among=("full", "network", "none"))

LOGGING_CONFIG = "common.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "common.logs.formatter", "style": LOG_FORMAT}},
    "filters": {"with_stack": {"()": "common.logs.OnlyWithStack"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
    "loggers": {
        # Named with no handlers of their own, or they would keep those that Django and the servers gave them.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "ERROR", "propagate": True},
        "uvicorn": {"handlers": [], "level": "INFO", "propagate": True},
        "uvicorn.error": {"handlers": [], "propagate": True},
        "_granian": {"handlers": [], "level": "INFO", "propagate": True},
        # Our own access line replaces the servers' and what Django says of each 4xx and 5xx but the stack.
        "uvicorn.access": {"handlers": [], "level": "ERROR", "propagate": False},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True, "filters": ["with_stack"]},
        # Scanners send foreign Host headers all day long; each is a 400 in the access log.
        "django.security.DisallowedHost": {"handlers": [], "level": "CRITICAL", "propagate": False},
        # It writes every URL it asks, and a provider's URL may hold its key.
        "httpx": {"handlers": [], "level": "WARNING", "propagate": True},
        # One tells every table of a font, the other which letters of somebody's name it has none for.
        "fontTools": {"handlers": [], "level": "WARNING", "propagate": True},
        "fpdf": {"handlers": [], "level": "ERROR", "propagate": True},
        "celery": {"handlers": [], "level": "INFO", "propagate": True},
        # What beat sends shows when the worker has done it.
        "celery.beat": {"handlers": [], "level": "WARNING", "propagate": True},
        # One line per task is enough: its result, not also its arrival.
        "celery.worker.strategy": {"handlers": [], "level": "WARNING", "propagate": True},
        # On a terminal the timetable's tasks would bury what a person came to see; failures are shown all the same.
        "celery.app.trace": {"handlers": [], "level": "INFO" if PRODUCTION else "WARNING", "propagate": True},
    },
}
