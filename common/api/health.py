"""Liveness, readiness and figures, for load balancers, monitors and Prometheus. None of them touches session or user.

`/health` answers in the flat shape that probes are configured for everywhere, without the API's envelope: it says that
this process lives, costs the same whatever burns, and so never takes a whole fleet out because one database is slow.
`/api/v1/health` speaks the API's grammar: an envelope while people can be served, a 503 in the one error shape if not.
"""

import hmac
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema, inline_serializer
from prometheus_client import CONTENT_TYPE_LATEST
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from common import clock, metrics
from common.api.views import ApiView, Rule
from common.errors import Detail, ServiceUnavailable
from common.health import HEALTHY, UNHEALTHY, Report, examiner, uptime
from common.rules import anyone
from common.version import VERSION

RETRY_AFTER_SECONDS = 5
LOOPBACK = frozenset({"127.0.0.1", "::1"})


@require_safe
@never_cache
def alive(request: HttpRequest) -> HttpResponse:
    """This process answers; nothing else is asked."""
    return JsonResponse(_summary(HEALTHY))


class HealthView(ApiView):
    """Every part of the platform, asked at most once a second and answered within two."""

    rules: ClassVar[Mapping[str, Rule]] = {"get": anyone}
    # Nobody is looked up, so that the answer comes even when the database does not.
    authentication_classes = ()
    # A monitor must not be told to come back later.
    throttle_classes = ()

    @extend_schema(
        operation_id="health",
        tags=["health"],
        summary="How every part of the platform is",
        description=(
            "`healthy`, or `degraded` while a part is down without which bookings go on. 503 when the database does "
            "not answer or is not migrated."
        ),
        responses=inline_serializer(
            "Health",
            {
                "status": serializers.ChoiceField(["healthy", "degraded"]),
                "timestamp": serializers.DateTimeField(),
                "version": serializers.CharField(),
                "uptime": serializers.CharField(help_text="As `2h 15m 30s`, of the process that answers."),
                "services": serializers.DictField(child=serializers.ChoiceField(["healthy", "unhealthy"])),
            },
        ),
    )
    def get(self, request: Request) -> Response:
        report = examiner.report()
        if report.status == UNHEALTHY:
            raise _unavailable(report)
        return Response({**_summary(report.status), "services": report.parts})


@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    """Prometheus' figures for whoever knows the token. Everybody else is told that there is nothing here."""
    if not _may_read_figures(request):
        raise Http404
    return HttpResponse(metrics.exposition(), content_type=CONTENT_TYPE_LATEST)


def _summary(status: str) -> dict[str, Any]:
    timestamp = clock.now().isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"status": status, "timestamp": timestamp, "version": VERSION, "uptime": uptime()}


def _unavailable(report: Report) -> ServiceUnavailable:
    return ServiceUnavailable(
        "The platform cannot serve requests just now.",
        details=[
            Detail(name, "This part does not answer as it should.", "UNHEALTHY")
            for name, state in report.parts.items()
            if state != HEALTHY
        ],
        extra={"services": report.parts},
        retry_after=RETRY_AFTER_SECONDS,
    )


def _may_read_figures(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        given = request.META.get("HTTP_AUTHORIZATION", "")
        # As bytes, because hmac refuses to compare texts that are not ASCII.
        return hmac.compare_digest(given.encode(errors="replace"), f"Bearer {token}".encode())
    # A request that a proxy passed on comes from loopback too, so it must not claim to have come from elsewhere.
    direct = request.META.get("REMOTE_ADDR") in LOOPBACK and "HTTP_X_FORWARDED_FOR" not in request.META
    return direct and not settings.PRODUCTION
