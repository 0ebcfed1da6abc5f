"""docs/tour.md can be played line by line, and prints what it says it prints."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator

import pytest
from celery.contrib.testing.worker import start_worker
from django.conf import settings as project
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.management import demo as people
from catalog.management import demo as catalog
from common import clock
from common.management.demo import DemoWorld
from common.proofs import invariants, prove
from config.celery import app
from loyalty.management import demo as loyalty

TOUR = (project.BASE_DIR / "docs" / "tour.md").read_text()
STEP = re.compile(r"^```bash\n(.*?)^```\n\n^```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STEPS: list[tuple[str, str]] = STEP.findall(TOUR)
BASH = shutil.which("bash") or "bash"
# Each step is followed by a line that no step prints.
MARK = "=== said ==="
PATIENCE_SECONDS = 90


def played(api: str) -> list[str]:
    """What each step prints. The first command that fails ends the play, as does a variable that nobody has set."""
    script = "\n".join(["set -euo pipefail", *(f"{commands}echo '{MARK}'" for commands, _ in STEPS)])
    done = subprocess.run(
        [BASH, "-c", script],
        env={**os.environ, "API": f"{api}/api/v1", "NO_PROXY": "*"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    said = done.stdout.split(f"{MARK}\n")
    assert done.returncode == 0, f"{done.stderr}\nIt ended in step {len(said)}:\n{said[-1]}"
    return said[:-1]


def is_as_told(said: str, told: str) -> bool:
    pattern = "[^\n]+".join(map(re.escape, told.split("…")))
    return re.fullmatch(pattern, said) is not None


def test_no_command_stands_outside_of_a_step() -> None:
    assert len(STEPS) == TOUR.count("```bash\n") == TOUR.count("```text\n") > 10


@pytest.fixture
def worker(transactional_db: None) -> Iterator[None]:
    """Does what happens after a request: points are earned, refunds go to the gateway."""
    with start_worker(app, perform_ping_check=False, pool="solo"):
        yield


@pytest.mark.usefixtures("worker")
def test_the_tour_prints_what_it_says(live_server: LiveServer, settings: Settings) -> None:
    settings.PUBLIC_URL = live_server.url
    world = DemoWorld(scale=1, today=clock.now().date(), shows_progress=False)
    people.seed(world)
    catalog.seed(world)
    loyalty.seed(world)

    told = [answer for _, answer in STEPS]
    said = played(live_server.url)

    assert [pair for pair in zip(said, told, strict=True) if not is_as_told(*pair)] == []
    # The server of the tests forgets on purpose, which is what INV-89 finds.
    assert prove({each.id for each in invariants()} - {"INV-89"}).violated == 0
