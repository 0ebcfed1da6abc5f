import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from config import env

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / ".env.example"
# Shells and terminals set these; they are nobody's setting.
OF_THE_SHELL = {"BASH_SOURCE", "PATH", "PWD", "TMPDIR", "TERM", "IFS", "PYTHONPATH", "PYTHONUNBUFFERED", "ROOT"}
# Set by the start scripts themselves and by Django.
OF_THE_SCRIPTS = {"DJANGO_SETTINGS_MODULE"}
NAME = "ALMANAC_TEST_VALUE"


@pytest.fixture(autouse=True)
def _reads_stay_as_they_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(env, "READ", set(env.READ))


def _listed() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z0-9_]*)=", EXAMPLE.read_text(), re.MULTILINE)


def _read_by_settings(environment: str) -> set[str]:
    code = "import config.settings; from config import env; print(' '.join(env.READ))"
    bare = {"PATH": os.environ["PATH"], "ENVIRONMENT": environment}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=bare, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def _read_by_scripts() -> set[str]:
    bash = "\n".join(
        path.read_text()
        for path in [*(ROOT / "bin").iterdir(), *(ROOT / "deploy").iterdir()]
        if path.is_file() and (path.suffix in {".sh", ".yaml"} or path.read_bytes().startswith(b"#!/usr/bin/env bash"))
    )
    python = "\n".join(
        path.read_text() for path in [*(ROOT / "config" / "embedded").glob("*.py"), ROOT / "deploy/probe"]
    )
    named = set(re.findall(r"(?<!\$)\$\{([A-Z][A-Z0-9_]+)[:}\[-]", bash))
    return named | set(re.findall(r"environ(?:\.get\(|\[)\"([A-Z][A-Z0-9_]+)\"", python))


def test_the_example_lists_every_variable_that_is_read_and_no_other() -> None:
    read = _read_by_settings("development") | _read_by_settings("production") | _read_by_scripts()

    assert set(_listed()) == read - OF_THE_SHELL - OF_THE_SCRIPTS


def test_the_example_lists_each_variable_once_and_below_an_explanation() -> None:
    lines = EXAMPLE.read_text().splitlines()
    listed = _listed()

    assert len(listed) == len(set(listed))
    for above, line in pairwise(lines):
        if re.match(r"#[A-Z][A-Z0-9_]*=", line):
            assert above.startswith("#"), f"{line} has no explanation"


def test_the_example_as_it_is_changes_nothing() -> None:
    assert not [line for line in EXAMPLE.read_text().splitlines() if line and not line.startswith("#")]


@pytest.mark.parametrize(("word", "value"), [("on", True), ("TRUE", True), ("1", True), ("off", False), ("No", False)])
def test_a_flag_reads_words_that_people_write(monkeypatch: pytest.MonkeyPatch, word: str, value: bool) -> None:
    monkeypatch.setenv(NAME, word)

    assert env.flag(NAME, default=not value) is value


@pytest.mark.parametrize("word", ["maybe", "2", "yess", "-"])
def test_a_flag_refuses_other_words_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)

    with pytest.raises(ImproperlyConfigured, match=rf"{NAME}.*on or off"):
        env.flag(NAME, default=True)


@pytest.mark.parametrize("word", ["", "  "])
def test_an_empty_value_counts_as_unset(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)

    assert env.flag(NAME, default=True) is True
    assert env.whole(NAME, 7, least=1, most=9) == 7
    assert env.text(NAME, "x") == "x"
    assert env.words(NAME, "a, b,,") == ["a", "b"]


@pytest.mark.parametrize("word", ["x", "1.5", "-1", "0", "10", "１", "1e3", "0x1", "1_0", "9" * 5000])
def test_a_number_outside_its_bounds_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)

    with pytest.raises(ImproperlyConfigured, match=rf"{NAME}.*from 1 to 9"):
        env.whole(NAME, 5, least=1, most=9)


@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(min_value=1, max_value=9_999))
def test_a_number_inside_its_bounds_is_read(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    monkeypatch.setenv(NAME, str(number))

    assert env.whole(NAME, 5, least=1, most=9_999) == number


@pytest.mark.parametrize("word", ["x", "1.01", "-0.1", "nan", "inf"])
def test_a_share_outside_of_0_to_1_is_refused_by_name(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)

    with pytest.raises(ImproperlyConfigured, match=NAME):
        env.share(NAME, 0.5)


def test_a_choice_names_what_there_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "staging")

    with pytest.raises(ImproperlyConfigured, match=rf"{NAME}='staging'.*development, production"):
        env.choice(NAME, "development", among=("development", "production"))


@pytest.mark.parametrize("word", ["mysql://user:hunter2@db/x", "hunter2@db", "postgresql:///hunter2", "//hunter2"])
def test_a_url_is_refused_without_being_repeated(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, word)

    with pytest.raises(ImproperlyConfigured, match=NAME) as refusal:
        env.url(NAME, schemes=("postgresql",))
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    "word",
    [
        "*",
        "null",
        "app.example.com",
        "ftp://a.example",
        "https://",
        "https://*",
        "https://*.a.example",
        "https://a.example/",
        "https://a.example/x",
        "https://user:hunter2@a.example",
    ],
)
def test_an_origin_is_a_scheme_and_a_host_and_nothing_else(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    monkeypatch.setenv(NAME, f"https://good.example, {word}")

    with pytest.raises(ImproperlyConfigured, match=NAME) as refusal:
        env.origins(NAME)
    assert "hunter2" not in str(refusal.value)


def test_origins_are_read_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "https://app.example.com, http://localhost:3000")

    assert env.origins(NAME) == ["https://app.example.com", "http://localhost:3000"]


def test_a_file_gives_only_what_the_environment_does_not(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"{NAME}=file\n{NAME}_2=file\n")
    monkeypatch.setenv(NAME, "environment")
    # So that it is removed again.
    monkeypatch.setenv(f"{NAME}_2", "")
    monkeypatch.delenv(f"{NAME}_2")

    env.load_file(tmp_path / ".env")

    assert (env.text(NAME), env.text(f"{NAME}_2")) == ("environment", "file")
    monkeypatch.setenv(f"{NAME}_2", "")
