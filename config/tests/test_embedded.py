"""The embedded servers and the folder they live in, where something has gone wrong before."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from config.embedded.local import LocalFolder, Owner
from config.embedded.locks import LOCKS, faults
from config.embedded.network import allowed_hosts, public_url
from config.embedded.postgres import EmbeddedPostgres
from config.embedded.processes import StartFailed, require_free

BY_ALICE = Owner("bin/run", 1, "http://localhost:8000")
BY_BOB = Owner("bin/manage shell", 2)


@pytest.fixture
def postgres(request: pytest.FixtureRequest) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(Path(settings.LOCAL_DIR) / f"{request.node.name}-{os.getpid()}")
    yield server
    server.stop()


def test_a_server_starts_in_spite_of_what_killed_ones_left_behind(postgres: EmbeddedPostgres) -> None:
    with psycopg.connect(postgres.start()) as connection:
        connection.execute("create table kept (fact text)")
    assert postgres.process is not None
    postgres.process.kill()
    postgres.process.wait()
    lock = postgres.directory / "data" / "postmaster.pid"
    # After a reboot a stranger, here these tests, may have the number that the lock file names.
    lock.write_text("\n".join([str(os.getpid()), *lock.read_text().splitlines()[1:]]))

    with psycopg.connect(postgres.start()) as connection:
        assert connection.execute("select count(*) from kept").fetchone() == (0,)


def test_an_interrupted_creation_is_begun_anew(postgres: EmbeddedPostgres) -> None:
    half_made = postgres.wanted_directory / "unfinished"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")

    with psycopg.connect(postgres.start()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert not half_made.exists()


def test_a_server_that_outlived_its_launcher_is_stopped(postgres: EmbeddedPostgres) -> None:
    postgres.start()
    orphan = postgres.process
    assert orphan is not None

    heir = EmbeddedPostgres(postgres.wanted_directory)
    heir.start()
    heir.stop()

    assert orphan.wait(10) == 0


def test_a_folder_has_one_owner_at_a_time(tmp_path: Path) -> None:
    alice, bob = LocalFolder(tmp_path / "local"), LocalFolder(tmp_path / "local")

    assert alice.claim(BY_ALICE) is None
    assert bob.claim(BY_BOB) == BY_ALICE
    alice.leave()
    assert bob.claim(BY_BOB) is None
    bob.leave()


def test_secrets_are_made_once_and_only_their_owner_can_read_them(tmp_path: Path) -> None:
    made = LocalFolder(tmp_path).secrets()

    assert LocalFolder(tmp_path).secrets() == made
    assert set(made) == {"SECRET_KEY", "JWT_SIGNING_KEY"}
    assert len(set(made.values())) == 2
    assert min(len(secret) for secret in made.values()) >= 50
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600


def test_a_secret_that_a_newer_version_needs_is_added_to_the_others(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    folder.secrets()
    (tmp_path / "secrets.env").write_text("SECRET_KEY=kept=as-it-is\n")

    made = folder.secrets()

    assert made["SECRET_KEY"] == "kept=as-it-is"
    assert made["JWT_SIGNING_KEY"]


def test_a_wipe_leaves_nothing_but_the_lock(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "local")
    folder.claim(BY_ALICE)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (folder.path / "media").mkdir()
    (folder.path / "link").symlink_to(elsewhere)
    folder.secrets()

    folder.wipe()

    assert {entry.name for entry in folder.path.iterdir()} == {"lock", "README", "owner.json"}
    assert elsewhere.exists()
    folder.leave()


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:8000"),
        ("0.0.0.0", "http://localhost:8000"),  # noqa: S104 - nothing is bound
        ("::1", "http://[::1]:8000"),
        ("almanac.example", "http://almanac.example:8000"),
    ],
)
def test_the_printed_address_is_one_that_a_browser_can_open(host: str, url: str) -> None:
    assert public_url(host, 8000) == url


def test_only_who_listens_everywhere_is_reached_by_any_name() -> None:
    assert allowed_hosts("0.0.0.0") == "*"  # noqa: S104 - nothing is bound
    assert allowed_hosts("192.0.2.7") == "localhost,127.0.0.1,[::1],192.0.2.7"
    assert allowed_hosts("127.0.0.1") == "localhost,127.0.0.1,[::1]"


def test_an_address_of_another_machine_is_refused_in_words() -> None:
    with pytest.raises(StartFailed, match=r"HOST=192\.0\.2\.1 is not an address of this machine"):
        require_free("192.0.2.1", 8000)


def test_every_lock_is_in_step_with_its_input() -> None:
    assert [fault for lock, source in LOCKS.items() for fault in faults(lock, source)] == []


def test_a_lock_that_was_forgotten_is_told_in_words(tmp_path: Path) -> None:
    source, lock = tmp_path / "run.in", tmp_path / "requirements.txt"
    source.write_text("django~=5.2.19\nredis>=7.1,<7.2   # why\nstripe\n")
    lock.write_text(
        "django==5.2.20 \\\n    --hash=sha256:00\n    # via -r bin/requirements/run.in\n"
        "redis==7.2.0 \\\n    --hash=sha256:00\n    # via\n    #   -r bin/requirements/run.in\n    #   celery\n"
        "razorpay==2.0.1 \\\n    --hash=sha256:00\n    # via -r bin/requirements/run.in\n"
        "vine==5.1.0 \\\n    --hash=sha256:00\n    # via celery\n"
    )

    assert list(faults(lock, source)) == [
        "run.in asks for redis<7.2,>=7.1, but requirements.txt holds 7.2.0.",
        "run.in asks for stripe, which requirements.txt does not hold.",
        "requirements.txt holds razorpay, which run.in no longer asks for.",
    ]
