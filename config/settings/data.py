"""Where data lives: PostgreSQL, Redis in its three roles, Celery, Channels."""

import os

import environ
from celery.schedules import crontab

from config import env

_database_url = env.url(
    "DATABASE_URL", "postgresql://almanac@127.0.0.1:5432/almanac", schemes=("postgresql", "postgres")
)
DATABASE_POOL_SIZE = env.whole("DATABASE_POOL_SIZE", 8, least=1, most=200)
# How many web processes deploy/start-web makes, each with a pool of that size; a system check does the sum.
WEB_WORKERS = env.whole("WEB_WORKERS", os.cpu_count() or 1, least=1, most=256)
DATABASE_STATEMENT_TIMEOUT_MS = env.whole("DATABASE_STATEMENT_TIMEOUT_MS", 10_000, least=100, most=3_600_000)
DATABASE_LOCK_TIMEOUT_MS = env.whole("DATABASE_LOCK_TIMEOUT_MS", 3_000, least=50, most=600_000)
DATABASE_IDLE_TRANSACTION_TIMEOUT_MS = env.whole(
    "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS", 30_000, least=1_000, most=3_600_000
)
DATABASE_PREPARE = env.flag("DATABASE_PREPARE", default=True)

_database = environ.Env.db_url_config(_database_url)
DATABASES = {
    "default": {
        **_database,
        "ENGINE": "django.db.backends.postgresql",
        # The pool keeps connections; Django must not keep its own besides.
        "CONN_MAX_AGE": 0,
        "OPTIONS": {
            **_database.get("OPTIONS", {}),
            "pool": {"min_size": 1, "max_size": DATABASE_POOL_SIZE, "timeout": 10, "max_idle": 300},
            "application_name": "almanac",
            "connect_timeout": 5,
            # Values travel beside the statement, and one seen five times is planned once for all. A pooler that hands
            # each transaction another connection cannot do that: DATABASE_PREPARE=off.
            "server_side_binding": DATABASE_PREPARE,
            "prepare_threshold": 5 if DATABASE_PREPARE else None,
            "options": " ".join(
                [
                    f"-c statement_timeout={DATABASE_STATEMENT_TIMEOUT_MS}",
                    f"-c lock_timeout={DATABASE_LOCK_TIMEOUT_MS}",
                    f"-c idle_in_transaction_session_timeout={DATABASE_IDLE_TRANSACTION_TIMEOUT_MS}",
                ]
            ),
        },
    }
}

# Broker, channel layer and rate limiter live here: it must never evict. The cache may, so production gives it its own.
REDIS_URL = env.url("REDIS_URL", "redis://127.0.0.1:6379/0", schemes=("redis", "rediss"))
CACHE_REDIS_URL = env.url("CACHE_REDIS_URL", REDIS_URL, schemes=("redis", "rediss"))
REDIS_TIMEOUT_SECONDS = 1

CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_REDIS_URL,
        "KEY_PREFIX": "cache",
        "OPTIONS": {
            "socket_timeout": REDIS_TIMEOUT_SECONDS,
            "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
        },
    }
}

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL], "prefix": "channels"},
    }
}

# Celery may lose or repeat anything: PostgreSQL (outbox, due times) is the truth, so no results are kept.
CELERY_BROKER_URL = env.url("BROKER_URL", REDIS_URL, schemes=("redis", "rediss", "amqp", "amqps"))
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_DEFAULT_QUEUE = "almanac"
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 3600,
    # Publishing happens after commit, inside a request: a dead broker must cost it a second, not a minute.
    "socket_timeout": 2,
    "socket_connect_timeout": REDIS_TIMEOUT_SECONDS,
    "retry_on_timeout": False,
    # Without this Celery knocks at a closed port for six seconds.
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_BEAT_SCHEDULE = {
    "sweep the outbox": {"task": "common.sweep_outbox", "schedule": 10},
    "free abandoned idempotency keys": {"task": "common.release_abandoned_idempotency_keys", "schedule": 60},
    "forget old idempotency keys": {"task": "common.purge_idempotency_keys", "schedule": crontab(minute=17)},
    "forget delivered events": {"task": "common.purge_outbox", "schedule": crontab(hour=2, minute=41)},
    "seal the audit log": {"task": "common.seal_audit_log", "schedule": 60},
    "send messages that were left behind": {"task": "notifications.sweep", "schedule": 15},
    "forget old messages": {"task": "notifications.purge", "schedule": crontab(hour=2, minute=53)},
    "prove the invariants": {"task": "common.prove_invariants", "schedule": crontab(hour=3, minute=7)},
    "send codes that a lost task left behind": {"task": "accounts.deliver_codes", "schedule": 10},
    "mail links that a lost task left behind": {"task": "accounts.mail_password_links", "schedule": 60},
    "forget old sign-ins": {"task": "accounts.forget_sign_ins", "schedule": crontab(hour=2, minute=53)},
    "give back what was not paid for": {"task": "bookings.expire_unpaid", "schedule": 20},
    "give back what a checkout held": {"task": "bookings.give_back_holds", "schedule": 10},
    "forget checkouts that are over": {"task": "bookings.forget_previews", "schedule": crontab(minute=47)},
    "remind of bookings": {"task": "bookings.remind", "schedule": 30},
    "hold and take the rest of prices": {"task": "bookings.sweep_rests", "schedule": 30},
    "close bookings that are over": {"task": "bookings.close_past", "schedule": 300},
    "keep the time of day of series": {"task": "bookings.keep_wall_times", "schedule": crontab(hour=1, minute=11)},
    "book open-ended series further ahead": {"task": "bookings.roll_series", "schedule": crontab(hour=1, minute=23)},
    "send the sandbox's messages again": {"task": "sandbox.deliver_events", "schedule": 10},
    "end points whose time has come": {"task": "loyalty.expire_points", "schedule": crontab(minute="*/10")},
    "tell of points that end soon": {"task": "loyalty.announce_expiry", "schedule": crontab(hour=4, minute=37)},
    "look after payments": {"task": "payments.sweep", "schedule": 20},
    # It runs once for each business day and gateway, however often it is asked.
    "reconcile with the gateways": {"task": "payments.reconcile", "schedule": crontab(minute="4-59/15")},
    "show that beat and worker live": {"task": "common.beat_heartbeat", "schedule": 15},
}
