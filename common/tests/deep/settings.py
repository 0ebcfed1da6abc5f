"""The platform with a probe app whose subscribers leave countable effects, and a sweep every two seconds."""

from config.settings import *  # noqa: F403 - Django's settings are names of a module
from config.settings import INSTALLED_APPS as OURS

INSTALLED_APPS = [*OURS, "common.tests.deep.fault_probe"]
CELERY_BEAT_SCHEDULE = {"sweep the outbox": {"task": "common.sweep_outbox", "schedule": 2}}
