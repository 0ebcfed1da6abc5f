"""Figures for Prometheus: what requests cost, and at each scrape how the database pool, outbox and queue stand.

Requests are counted by route template, never by path, so the number of series is bounded by the code. With several
worker processes each writes to files in PROMETHEUS_MULTIPROC_DIR and whichever answers the scrape adds them up.
"""

import os
from collections.abc import Iterator
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import connection
from django.db.models import Count, Min
from kombu import Queue
from kombu.exceptions import ChannelError
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from common import clock
from common.models import OutboxEvent
from common.version import VERSION

logger = structlog.get_logger(__name__)

BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

# Registered in a registry of their own: the process-wide one is filled by whatever library feels like it.
_requests_registry = CollectorRegistry()
REQUESTS = Counter(
    "almanac_requests_total",
    "HTTP requests answered.",
    ["route", "method", "status"],
    registry=_requests_registry,
)
REQUEST_SECONDS = Histogram(
    "almanac_request_seconds",
    "Time from a request's arrival in Django to its response.",
    ["route", "method"],
    buckets=BUCKETS,
    registry=_requests_registry,
)

# Looking a labelled series up costs more than adding to it. Both dictionaries are bounded by routes, methods, statuses.
_counters: dict[tuple[str, str, int], Counter] = {}
_histograms: dict[tuple[str, str], Histogram] = {}


def observe_request(*, route: str, method: str, status: int, seconds: float) -> None:
    """Counts one answered request. A method that HTTP does not know is counted as OTHER."""
    if method not in METHODS:
        method = "OTHER"
    counter = _counters.get((route, method, status))
    if counter is None:
        counter = _counters[route, method, status] = REQUESTS.labels(route, method, str(status))
    counter.inc()
    histogram = _histograms.get((route, method))
    if histogram is None:
        histogram = _histograms[route, method] = REQUEST_SECONDS.labels(route, method)
    histogram.observe(seconds)


def exposition() -> bytes:
    """All figures in Prometheus' text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)
    else:
        registry.register(_requests_registry)
    registry.register(PresentState())
    return generate_latest(registry)


class PresentState(Collector):
    """Gauges that are read when somebody asks. One that cannot be read is left out and does not hide the others."""

    def collect(self) -> Iterator[Metric]:
        build = GaugeMetricFamily("almanac_build_info", "Which release answers.", labels=["version"])
        build.add_metric([VERSION], 1)
        yield build
        for read in (_pool_state, _outbox_state, _queue_state):
            try:
                # Read to the end here: what fails half-way yields nothing.
                yield from list(read())
            except Exception:
                logger.warning("a gauge could not be read", gauge=read.__name__.strip("_"), exc_info=True)


def _pool_state() -> Iterator[Metric]:
    connections = GaugeMetricFamily(
        "almanac_database_pool_connections",
        "Connections of the process that answered the scrape.",
        labels=["state"],
    )
    pool = getattr(connection, "pool", None)
    if pool is None:
        return
    figures = pool.get_stats()
    for state, key in (("open", "pool_size"), ("idle", "pool_available"), ("waited_for", "requests_waiting")):
        connections.add_metric([state], figures.get(key, 0))
    yield connections


def _outbox_state() -> Iterator[Metric]:
    """Answered from the partial indexes of the table, however many delivered events it holds."""
    waiting = OutboxEvent.objects.waiting().aggregate(count=Count("id"), due_at=Min("due_at"))
    overdue = max((clock.now() - waiting["due_at"]).total_seconds(), 0) if waiting["due_at"] else 0
    yield GaugeMetricFamily("almanac_outbox_waiting_events", "Events not yet told to everybody.", waiting["count"])
    yield GaugeMetricFamily("almanac_outbox_lag_seconds", "For how long the most overdue event has been due.", overdue)
    dead = OutboxEvent.objects.dead().count()
    yield GaugeMetricFamily("almanac_outbox_dead_events", "Events given up after too many failures.", dead)


def _queue_state() -> Iterator[Metric]:
    waiting = GaugeMetricFamily("almanac_queue_tasks", "Tasks that wait in the broker.", labels=["queue"])
    queue = settings.CELERY_TASK_DEFAULT_QUEUE
    with current_app.connection_for_read() as broker:
        try:
            found: Any = Queue(queue, channel=broker.default_channel).queue_declare(passive=True)
            waiting.add_metric([queue], found.message_count)
        except ChannelError:
            # A Redis queue without tasks does not exist.
            waiting.add_metric([queue], 0)
    yield waiting
