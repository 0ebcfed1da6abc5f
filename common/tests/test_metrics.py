import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.conf import settings as project
from django.test import Client
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from common import clock, metrics
from common.models import OutboxEvent

TOKEN = "0a1b2c3d4e5f6a7b8c9d"


def figure(name: str, **labels: str) -> float:
    """What `/metrics` says of one series; 0 if it is not there yet."""
    return _figures(metrics.exposition().decode()).get((name, frozenset(labels.items())), 0)


def _figures(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_request_is_counted_and_timed() -> None:
    series = {"route": "x/<uuid:pk>", "method": "GET"}

    metrics.observe_request(route="x/<uuid:pk>", method="GET", status=200, seconds=0.02)

    assert figure("almanac_requests_total", **series, status="200") == 1
    assert figure("almanac_request_seconds_bucket", **series, le="0.025") == 1
    assert figure("almanac_request_seconds_bucket", **series, le="0.01") == 0


def test_invented_methods_share_one_series() -> None:
    for number in range(50):
        metrics.observe_request(route="y", method=f"HACK{number}", status=405, seconds=0)

    assert figure("almanac_requests_total", route="y", method="OTHER", status="405") == 50
    assert "HACK" not in metrics.exposition().decode()


@pytest.mark.django_db
def test_waiting_tasks_are_counted() -> None:
    assert figure("almanac_queue_tasks", queue="almanac") == 0

    for _ in range(3):
        current_app.send_task("common.nothing")

    assert figure("almanac_queue_tasks", queue="almanac") == 3


@pytest.mark.django_db
def test_the_outbox_tells_how_far_behind_it_is() -> None:
    now = clock.now()
    for minutes in (1, 3):
        OutboxEvent.objects.create(name="a.happened", subject="x", due_at=now - timedelta(minutes=minutes))
    OutboxEvent.objects.create(name="a.happened", subject="x", due_at=now - timedelta(days=1), delivered_at=now)
    OutboxEvent.objects.create(name="a.happened", subject="x", due_at=now - timedelta(days=1), dead_at=now)

    assert figure("almanac_outbox_waiting_events") == 2
    assert figure("almanac_outbox_dead_events") == 1
    assert 180 <= figure("almanac_outbox_lag_seconds") < 200


@pytest.mark.django_db
def test_a_part_that_is_away_does_not_hide_the_other_figures(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(current_app.conf, "broker_read_url", "redis://127.0.0.1:1/0")

    found = {name for name, _ in _figures(metrics.exposition().decode())}

    assert "almanac_queue_tasks" not in found
    assert "almanac_build_info" in found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "production", "extra", "status"),
    [
        ("", False, {}, 200),
        ("", False, {"REMOTE_ADDR": "203.0.113.9"}, 404),
        ("", False, {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 404),
        ("", True, {}, 404),
        (TOKEN, False, {}, 404),
        (TOKEN, True, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}"}, 200),
        (TOKEN, True, {"HTTP_AUTHORIZATION": f"Bearer {TOKEN}x"}, 404),
        (TOKEN, True, {"HTTP_AUTHORIZATION": f"Basic {TOKEN}"}, 404),
        (TOKEN, True, {"HTTP_AUTHORIZATION": "Bearer ünïcödé\udc80"}, 404),
    ],
)
def test_figures_are_for_those_who_know_the_token_or_sit_at_the_machine(
    client: Client, settings: Settings, token: str, production: bool, extra: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN, settings.PRODUCTION = token, production

    response = client.generic("GET", "/metrics", **extra)  # type: ignore[arg-type]  # extra goes into the environ

    assert response.status_code == status
    assert (b"almanac_build_info" in response.content) == (status == 200)


@pytest.mark.django_db
def test_figures_hold_no_secret_and_nobody(client: Client) -> None:
    client.get("/nowhere/alice@mail.example.com/+919876543210?otp=482913")

    text = metrics.exposition().decode()

    secrets = ["alice", "9876543210", "482913", project.SECRET_KEY, project.DATABASES["default"]["PASSWORD"]]
    assert not [secret for secret in secrets if secret in text]


def test_several_processes_are_added_up(tmp_path: Path) -> None:
    environment = {**os.environ, "PROMETHEUS_MULTIPROC_DIR": str(tmp_path), "ENVIRONMENT": "test"}
    count = (
        "import django; django.setup(); from common import metrics;"
        "metrics.observe_request(route='z', method='GET', status=200, seconds=0.1);"
        "print(metrics.exposition().decode())"
    )

    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", count],
            env=environment,
            cwd=project.BASE_DIR,
            capture_output=True,
            text=True,
            check=True,
        )

    figures = _figures(done.stdout)
    assert figures["almanac_requests_total", frozenset({("route", "z"), ("method", "GET"), ("status", "200")})] == 2
