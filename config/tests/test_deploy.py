"""What deploy/ promises, as far as it can be seen without containers."""

import json
import logging.config
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
OUR_PROCESSES = ("web", "ws", "worker", "beat", "migrate")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    return loaded


def test_every_script_is_sound_bash_and_may_be_run() -> None:
    scripts = [path for path in DEPLOY.iterdir() if path.read_bytes().startswith(b"#!")]

    assert {path.name for path in scripts} == {
        "start-web",
        "start-ws",
        "start-worker",
        "start-beat",
        "migrate",
        "probe",
    }
    for script in scripts:
        assert os.access(script, os.X_OK), script
        if script.name != "probe":
            subprocess.run(["/bin/bash", "-n", script], check=True)


def test_every_process_of_ours_is_locked_in(compose: dict[str, Any]) -> None:
    for name in OUR_PROCESSES:
        service = compose["services"][name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert (DEPLOY / service["command"][0].removeprefix("deploy/")).is_file(), name


def test_only_nginx_is_published_and_the_data_is_kept_inside(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert compose["networks"]["inside"]["internal"]
    for name in ("postgres", "redis", "redis-cache"):
        assert services[name]["networks"] == ["inside"], name


def test_nothing_starts_before_what_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]

    for name, service in services.items():
        for needed, how in service.get("depends_on", {}).items():
            assert needed in services, name
            if how["condition"] == "service_healthy":
                known = services[needed].get("healthcheck", {})
                assert "test" in known, f"{name} waits for {needed}, which has no health check"
    for name in ("web", "ws", "worker", "beat"):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}


def test_volumes_and_networks_are_declared(compose: dict[str, Any]) -> None:
    for service in compose["services"].values():
        assert set(service["networks"]) <= set(compose["networks"])
        named = {volume.partition(":")[0] for volume in service.get("volumes", [])}
        assert {name for name in named if not name.startswith(".")} <= set(compose["volumes"])


def test_the_broker_never_evicts_and_the_cache_does(compose: dict[str, Any]) -> None:
    assert "noeviction" in compose["services"]["redis"]["command"][-1]
    assert "appendonly yes" in compose["services"]["redis"]["command"][-1]
    assert "allkeys-lru" in compose["services"]["redis-cache"]["command"][-1]


def test_no_secret_is_written_into_image_or_compose() -> None:
    text = (ROOT / "Dockerfile").read_text() + (DEPLOY / "compose.yaml").read_text()
    without_variables = re.sub(r"\$\{[^}]*\}", "$", text)

    assert not re.search(r"(?:PASSWORD|SECRET|TOKEN|KEY)[A-Z_]*[:=]\s*[^\s$]", without_variables)
    assert {".env", "deploy/.env", "deploy/certs", ".git"} <= set((ROOT / ".dockerignore").read_text().splitlines())


def test_the_image_does_not_run_as_root() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()

    users = [line for line in lines if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_servers_write_their_own_lines_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    given = json.loads((DEPLOY / "logging.json").read_text())

    handler = logging.config.DictConfigurator({**given, "handlers": {}, "root": {}, "loggers": {}})
    made = handler.configure_formatter(given["formatters"]["line"])

    line = json.loads(made.format(logging.makeLogRecord({"name": "_granian", "levelname": "INFO", "msg": "started"})))
    assert (line["logger"], line["event"]) == ("_granian", "started")
