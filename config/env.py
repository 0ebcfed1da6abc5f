"""Reads environment variables with types and refuses nonsense, naming the variable.

Every variable is read through these functions and so appears in `READ`; a test compares `READ` with `.env.example`.
An empty value counts as unset, because that is what `FOO= bin/run` and an unfilled compose file mean.
"""

import os
from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

READ: set[str] = set()

TRUE_WORDS = frozenset({"1", "on", "true", "yes"})
FALSE_WORDS = frozenset({"0", "off", "false", "no"})


def load_file(path: Path) -> None:
    """Takes the variables of a `.env` file that the environment itself does not set."""
    if path.is_file():
        environ.Env.read_env(path)


def text(name: str, default: str = "") -> str:
    READ.add(name)
    return os.environ.get(name, "").strip() or default


def flag(name: str, *, default: bool) -> bool:
    word = text(name).lower()
    if not word:
        return default
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise _refused(name, word, "on or off")


def whole(name: str, default: int, *, least: int, most: int) -> int:
    word = text(name)
    if not word:
        return default
    # Its length is looked at first: Python refuses to read numbers of thousands of digits in words of its own.
    if not (word.isascii() and word.isdigit() and len(word) < 20 and least <= int(word) <= most):
        raise _refused(name, word, f"a whole number from {least} to {most}")
    return int(word)


def share(name: str, default: float) -> float:
    word = text(name)
    if not word:
        return default
    try:
        number = float(word)
    except ValueError as error:
        raise _refused(name, word, "a number from 0 to 1") from error
    if not 0 <= number <= 1:
        raise _refused(name, word, "a number from 0 to 1")
    return number


def choice(name: str, default: str, *, among: Collection[str]) -> str:
    word = text(name, default)
    if word not in among:
        raise _refused(name, word, "one of " + ", ".join(sorted(among)))
    return word


def one_of(name: str, word: str, *, among: Collection[str]) -> str:
    """A word of the list that `name` holds."""
    if word not in among:
        raise _refused(name, word, "a list of " + ", ".join(sorted(among)))
    return word


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list; blanks around and between the commas are dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def url(name: str, default: str = "", *, schemes: Collection[str]) -> str:
    word = text(name, default)
    if word and (urlsplit(word).scheme not in schemes or not urlsplit(word).netloc):
        # The value itself stays unsaid: URLs of this kind carry passwords.
        raise ImproperlyConfigured(f"{name} must be a URL starting with {' or '.join(f'{s}://' for s in schemes)}.")
    return word


def origins(name: str, default: str = "") -> list[str]:
    """A comma-separated list of `https://host[:port]`, without path or wildcard."""
    listed = words(name, default)
    for origin in listed:
        parts = urlsplit(origin)
        named = parts.hostname and "*" not in parts.netloc and "@" not in parts.netloc
        if parts.scheme not in {"http", "https"} or not named or origin != f"{parts.scheme}://{parts.netloc}":
            # Not repeated, because somebody may have written a password into it.
            raise ImproperlyConfigured(f"{name} must be a list of origins such as https://app.example.com.")
    return listed


def _refused(name: str, value: str, wanted: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}={value!r} is not understood: it must be {wanted}.")
