"""`bin/run`: what a person at the terminal can rely on."""

import os
import re
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config.embedded.banner import PAGES
from config.embedded.local import LocalFolder
from config.embedded.provision import demo_world_of
from config.tests.launching import Launch, is_left_alone, processes_of

Launcher = Callable[..., Launch]
LOGINS = [
    ("admin", "demo-admin"),
    ("support", "demo-support"),
    ("finance", "demo-finance"),
]


@pytest.fixture
def folder(request: pytest.FixtureRequest) -> Path:
    """In this test run's folder, which PostgreSQL can enter whoever it runs as; with a space, as people have."""
    return Path(settings.LOCAL_DIR) / f"{request.node.originalname} {os.getpid()}"


@pytest.fixture
def launch(folder: Path) -> Iterator[Launcher]:
    begun: list[Launch] = []

    def start(*arguments: str, **environment: str) -> Launch:
        begun.append(Launch(folder, *arguments, **environment))
        return begun[-1]

    yield start
    for one in begun:
        one.close()
    assert is_left_alone(folder)


@pytest.mark.first
def test_it_sets_up_starts_answers_and_stops(launch: Launcher, folder: Path) -> None:
    first = launch()
    assert first.runs(), first.output
    assert {path: first.status_of(path) for _, path in PAGES} == {"/": 200, "/api/docs": 200, "/admin/": 302}
    assert first.status_of("/health") == 200
    assert re.findall(r"(\S+)@almanac.example +(\S+)", first.output) == LOGINS
    assert launch(PORT=first.port).says(f"is in use by bin/run (process {first.process.pid})")
    # What the next start asks before it sets up anew.
    owner = LocalFolder(folder).wait_for_servers()
    assert owner is not None
    assert demo_world_of(owner.servers["DATABASE_URL"]) is True

    assert first.signal(signal.SIGTERM) == 0
    assert processes_of(folder) == {}


@pytest.mark.deep
def test_it_starts_again_without_setting_up_anew(launch: Launcher, folder: Path) -> None:
    first = launch()
    assert first.runs(), first.output
    assert first.signal(signal.SIGTERM) == 0

    second = launch()
    assert second.runs(), second.output
    assert "setup" not in second.output
    assert re.findall(r"(\S+)@almanac.example +(\S+)", second.output) == LOGINS
    assert second.signal(signal.SIGINT) == 0
    assert processes_of(folder) == {}


def test_a_taken_port_is_named_before_anything_is_started(launch: Launcher, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        attempt = launch(PORT=str(port))

        assert attempt.ends() == 1
    assert attempt.lines == [
        f"Port {port} on 127.0.0.1 is taken by another program. Choose another one: PORT={port + 1} bin/run"
    ]
    assert not (folder / "postgres").exists()


@pytest.mark.parametrize("nonsense", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_refused_by_name(launch: Launcher, nonsense: str) -> None:
    attempt = launch(PORT=nonsense)

    assert attempt.ends() == 1
    assert attempt.output == f"PORT={nonsense!r} is not understood: it must be a whole number from 1 to 65535."


def test_production_is_not_started_this_way(launch: Launcher, folder: Path) -> None:
    attempt = launch(ENVIRONMENT="production")

    assert attempt.ends() == 1
    assert "bin/run is for development" in attempt.output
    assert not folder.exists()


def test_a_folder_of_other_things_is_left_alone(launch: Launcher, folder: Path) -> None:
    folder.mkdir()
    (folder / "thesis.tex").write_text("years of work")

    attempt = launch("--fresh")

    assert attempt.ends() == 1
    assert "holds other things than Almanac's data" in attempt.output
    assert [entry.name for entry in folder.iterdir()] == ["thesis.tex"]


@pytest.mark.deep
def test_after_kill_9_nothing_is_left_and_the_next_start_works(launch: Launcher, folder: Path) -> None:
    first = launch()
    assert first.runs(), first.output

    assert first.signal(signal.SIGKILL) == -signal.SIGKILL

    second = launch(PORT=first.port)
    assert second.runs(), second.output
    assert first.process.pid not in processes_of(folder)
    assert len([command for command in processes_of(folder).values() if "uvicorn" in command]) == 1


@pytest.mark.deep
@pytest.mark.parametrize(
    ("victim", "sign"), [("web", "uvicorn"), ("worker", "-P threads"), ("beat", "celery.beat:Scheduler")]
)
def test_the_death_of_one_part_stops_the_whole(launch: Launcher, folder: Path, victim: str, sign: str) -> None:
    running = launch()
    assert running.runs(), running.output

    [pid] = [pid for pid, command in processes_of(folder).items() if sign in command]
    os.kill(pid, signal.SIGKILL)

    assert running.ends() == 1
    assert f"{victim} was killed by SIGKILL, so everything is stopped." in running.output
    assert processes_of(folder) == {}


@pytest.mark.deep
@pytest.mark.parametrize(("victim", "sign"), [("PostgreSQL", "postgres -D"), ("Redis", "redis-server")])
def test_the_death_of_a_server_stops_the_whole(launch: Launcher, folder: Path, victim: str, sign: str) -> None:
    running = launch()
    assert running.runs(), running.output

    [pid] = [pid for pid, command in processes_of(folder).items() if sign in command]
    os.kill(pid, signal.SIGQUIT if victim == "PostgreSQL" else signal.SIGKILL)

    assert running.ends() == 1
    assert f"{victim} ended by itself, so everything is stopped." in running.output


@pytest.mark.deep
def test_servers_of_ones_own_are_used_and_none_is_started(launch: Launcher, folder: Path) -> None:
    own = {"DATABASE_URL": os.environ["DATABASE_URL"], "REDIS_URL": os.environ["REDIS_URL"]}

    running = launch(**own)

    assert running.runs(), running.output
    assert "Starting PostgreSQL" not in running.output
    assert not [command for command in processes_of(folder).values() if "postgres -D" in command or "redis" in command]
    assert not (folder / "postgres").exists()


@pytest.mark.deep
def test_fresh_begins_anew_with_new_secrets(launch: Launcher, folder: Path) -> None:
    first = launch()
    assert first.runs(), first.output
    assert first.signal(signal.SIGTERM) == 0
    before = (folder / "secrets.env").read_text()
    (folder / "media").mkdir()

    second = launch("--fresh")

    assert second.runs(), second.output
    assert "The demo world stands" in second.output
    assert (folder / "secrets.env").read_text() != before
    assert not (folder / "media").exists()


@pytest.mark.deep
def test_manage_joins_what_runs_and_else_starts_servers_for_itself(launch: Launcher, folder: Path) -> None:
    count = ("shell", "--no-imports", "-c", "from accounts.models import User; print('people:', User.objects.count())")
    running = launch()
    assert running.runs(), running.output

    joined = launch(*count, module="manage")
    assert joined.ends() == 0, joined.output
    assert running.signal(signal.SIGTERM) == 0
    alone = launch(*count, module="manage")
    assert alone.ends() == 0, alone.output

    assert joined.lines == alone.lines == ["people: 43"]
    assert processes_of(folder) == {}


@pytest.mark.deep
def test_manage_passes_the_exit_code_on(launch: Launcher) -> None:
    failing = launch("shell", "--no-imports", "-c", "raise SystemExit(7)", module="manage")

    assert failing.ends() == 7
