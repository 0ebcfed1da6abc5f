"""The health of what runs behind the pages: the queue, beat and workers, tasks that failed, events that nobody took."""

from collections.abc import Callable
from typing import Any

import redis
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common import clock
from common.failed_tasks import latest_failures
from common.health_checks import SILENCE
from common.heartbeat import beat_seen_at
from common.models import EventReceipt, OutboxEvent


def page(request: HttpRequest, context: Callable[[HttpRequest], dict[str, Any]]) -> HttpResponse:
    if not request.user.has_perm("common.view_outboxevent"):
        raise PermissionDenied
    seen_at = beat_seen_at()
    shown = {
        **context(request),
        "title": "Background jobs",
        "queue_depth": queue_depth(),
        "seen_at": seen_at,
        "alive": seen_at is not None and clock.now() - seen_at <= SILENCE,
        "events": _events(),
        "failures": latest_failures(),
        "failing": _failing_subscribers(),
        "timetable": [(name, entry["task"], _when(entry["schedule"])) for name, entry in _beat_entries()],
    }
    return render(request, "admin/jobs.html", shown)


def queue_depth() -> int | None:
    """How many tasks wait in the broker; None where it is no Redis or does not answer."""
    if not settings.CELERY_BROKER_URL.startswith("redis"):
        return None
    client = redis.Redis.from_url(
        settings.CELERY_BROKER_URL,
        socket_timeout=settings.REDIS_TIMEOUT_SECONDS,
        socket_connect_timeout=settings.REDIS_TIMEOUT_SECONDS,
    )
    try:
        return int(client.llen(settings.CELERY_TASK_DEFAULT_QUEUE))  # type: ignore[arg-type]  # sync client
    except redis.RedisError:
        return None
    finally:
        client.close()


def _beat_entries() -> list[tuple[str, dict[str, Any]]]:
    return sorted(settings.CELERY_BEAT_SCHEDULE.items())


def _when(schedule: Any) -> str:
    """How often it runs in words; a crontab that is neither hourly nor daily is shown with its five fields."""
    if isinstance(schedule, int | float):
        return f"every {schedule:g} s" if schedule < 60 or schedule % 60 else f"every {schedule / 60:g} min"
    fields = str(schedule).removeprefix("<crontab: ").partition(" (")[0]
    minute, hour, *days = fields.split()
    if days != ["*", "*", "*"]:
        return f"{fields} (minute hour day month weekday)"
    if minute.isdigit() and hour.isdigit():
        return f"daily at {int(hour):02}:{int(minute):02} UTC"
    if minute.isdigit() and hour == "*":
        return f"hourly at :{int(minute):02}"
    if minute.startswith("*/") and hour == "*":
        return f"every {minute.removeprefix('*/')} min"
    return f"{fields} (minute hour day month weekday)"


def _events() -> dict[str, Any]:
    return OutboxEvent.objects.filter(delivered_at=None).aggregate(
        waiting=Count("pk", filter=Q(dead_at=None)),
        oldest=Min("created_at", filter=Q(dead_at=None)),
        dead=Count("pk", filter=Q(dead_at__isnull=False)),
    )


def _failing_subscribers() -> list[Any]:
    return list(
        EventReceipt.objects.filter(handled_at=None)
        .values("subscriber")
        .annotate(events=Count("pk"), failures=Sum("failures"), since=Min("created_at"))
        .order_by("-failures")[:20]
    )
