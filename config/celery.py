"""The Celery application. Tasks are named `app.verb_noun` and live in each app's `tasks.py`."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, setup_logging, worker_init
from django.conf import settings

from common.logs import configure
from config.startup import refuse_misconfiguration

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("almanac")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def keep_our_logging(**kwargs: Any) -> None:
    """Celery leaves logging alone if anybody answers this signal; otherwise it would replace every handler."""
    configure(settings.LOGGING)


@worker_init.connect
@beat_init.connect
def refuse_to_serve_misconfigured(**kwargs: Any) -> None:
    refuse_misconfiguration()
