import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from common import health_checks
from common.health import DEGRADED, HEALTHY, UNHEALTHY, Examiner, examiner
from common.version import VERSION

DEAD_REDIS = "redis://127.0.0.1:1/0"
asked: list[str] = []
released = threading.Event()


def well() -> None:
    asked.append("well")


def ill() -> None:
    raise RuntimeError("password=hunter2 at db.internal:5432, PostgreSQL 18.4")


def hanging() -> None:
    asked.append("hanging")
    released.wait(20)


def _here(name: str) -> str:
    return f"{__name__}.{name}"


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    examiner.forget()
    asked.clear()
    released.clear()
    yield
    released.set()
    examiner.forget()


def test_alive_answers_in_the_flat_shape_that_probes_know(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, db: None
) -> None:
    with django_assert_num_queries(0):
        response = client.get("/health")

    body = response.json()
    assert response.status_code == 200
    assert set(body) == {"status", "timestamp", "version", "uptime"}
    assert (body["status"], body["version"]) == ("healthy", VERSION)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", body["timestamp"])
    assert re.fullmatch(r"\d+h \d+m \d+s", body["uptime"])
    assert not response.cookies


def test_alive_stays_alive_when_everything_else_is_dead(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = settings.CACHE_REDIS_URL = DEAD_REDIS
    settings.HEALTH_CHECKS = {"database": _here("ill")}

    # No database fixture: touching the database would fail this test.
    assert client.get("/health").status_code == 200


def test_only_reading_methods_are_answered(client: Client) -> None:
    assert client.head("/health").status_code == 200
    assert client.post("/health").status_code == 405


@pytest.mark.django_db
def test_ready_answers_with_every_part(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(0):
        response = client.get("/api/v1/health")

    body = response.json()
    assert response.status_code == 200
    assert body["success"] is True
    assert set(body["data"]) == {"status", "timestamp", "version", "uptime", "services"}
    assert body["data"]["services"] == {
        "database": "healthy",
        "migrations": "healthy",
        "redis": "healthy",
        "cache": "healthy",
        "broker": "healthy",
        # No worker runs beside the tests.
        "workers": "unhealthy",
    }
    assert body["data"]["status"] == "degraded"
    assert not response.cookies


@pytest.mark.django_db
def test_without_redis_the_platform_is_degraded_and_still_serves(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = DEAD_REDIS

    response = client.get("/api/v1/health")

    assert response.status_code == 200
    assert response.json()["data"]["services"]["redis"] == "unhealthy"


@pytest.mark.django_db
def test_without_the_database_it_is_503_and_nobody_is_told_why(client: Client, settings: Settings) -> None:
    settings.HEALTH_CHECKS = {"database": _here("ill"), "redis": _here("well")}

    response = client.get("/api/v1/health")

    error = response.json()["error"]
    assert (response.status_code, error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert error["services"] == {"database": "unhealthy", "redis": "healthy"}
    assert [detail["field"] for detail in error["details"]] == ["database"]
    assert response.headers["Retry-After"]
    assert not re.search(rb"hunter2|internal|18\.4|PostgreSQL|RuntimeError", response.content)


@pytest.mark.django_db(transaction=True)
def test_pending_migrations_are_503_until_they_are_applied(client: Client) -> None:
    recorder = MigrationRecorder.Migration.objects
    last = recorder.filter(app="common").latest("id")
    last.delete()

    try:
        pending = client.get("/api/v1/health")
    finally:
        recorder.create(app=last.app, name=last.name)
    examiner.forget()

    assert pending.status_code == 503
    assert pending.json()["error"]["services"]["migrations"] == "unhealthy"
    assert client.get("/api/v1/health").status_code == 200


@pytest.mark.django_db
def test_a_part_that_hangs_costs_a_second_and_no_more(settings: Settings) -> None:
    settings.HEALTH_CHECKS = {"a": _here("hanging"), "b": _here("hanging"), "c": _here("well")}

    started = time.monotonic()
    report = Examiner().report()

    assert time.monotonic() - started < 2
    assert report.parts == {"a": UNHEALTHY, "b": UNHEALTHY, "c": HEALTHY}
    assert report.status == DEGRADED


@pytest.mark.django_db
def test_a_part_that_still_hangs_is_not_asked_again(settings: Settings) -> None:
    settings.HEALTH_CHECKS = {"a": _here("hanging")}
    patient = Examiner()

    for _ in range(3):
        patient.report()
        patient.forget()

    assert asked == ["hanging"]


@pytest.mark.django_db
def test_a_crowd_of_callers_causes_one_examination(settings: Settings) -> None:
    settings.HEALTH_CHECKS = {"a": _here("well")}
    shared = Examiner()
    reports: list[Any] = []
    callers = [threading.Thread(target=lambda: reports.append(shared.report())) for _ in range(30)]

    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()

    assert asked == ["well"]
    assert len({id(report) for report in reports}) == 1


@pytest.mark.django_db
def test_a_part_is_logged_when_its_state_changes_and_not_at_every_question(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.HEALTH_CHECKS = {"a": _here("ill")}
    watching = Examiner()

    for path in ("ill", "ill", "well", "well"):
        settings.HEALTH_CHECKS = {"a": _here(path)}
        watching.report()
        watching.forget()

    lines = [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)]
    assert lines == ["a part of the platform is not well", "a part of the platform is well again"]


@pytest.mark.django_db
def test_health_is_never_throttled(client: Client) -> None:
    statuses = {client.get(path).status_code for _ in range(150) for path in ("/health", "/api/v1/health")}

    assert statuses == {200}


def test_the_database_is_asked_past_the_pool(settings: Settings) -> None:
    # No database fixture: Django's own connection would refuse here.
    health_checks.database()
