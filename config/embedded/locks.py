"""A gate: the hash locks are what `bin/lock` makes of bin/requirements/*.in, as far as can be told without network."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from config.embedded.local import ROOT

INPUTS = ROOT / "bin" / "requirements"
# Each lock, and the file it is made of; that one may include others by `-r`.
LOCKS = {
    ROOT / "requirements.txt": INPUTS / "run.in",
    INPUTS / "production.txt": INPUTS / "production.in",
    INPUTS / "dev.txt": INPUTS / "dev.in",
}
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?P<version>[^\s;\\]+)", re.MULTILINE)
# The comment `via -r bin/requirements/dev.in` beneath a pin says which file asked for it.
ASKED_FOR = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(\[[^]]*\])?==(?:.*\n)(?P<rest>(?:^[ ].*\n?)+)", re.MULTILINE)


def faults(lock: Path, source: Path) -> Iterator[str]:
    """What a person forgot to lock, in words."""
    text = lock.read_text()
    pinned = {canonicalize_name(match["name"]): match["version"] for match in PINNED.finditer(text)}
    wanted = {canonicalize_name(requirement.name): requirement for requirement in requirements(source)}
    for name, requirement in wanted.items():
        if name not in pinned:
            yield f"{source.name} asks for {name}, which {lock.name} does not hold."
        elif not requirement.specifier.contains(pinned[name], prereleases=True):
            yield f"{source.name} asks for {requirement}, but {lock.name} holds {pinned[name]}."
    for match in ASKED_FOR.finditer(text):
        name = canonicalize_name(match["name"])
        if "-r bin/requirements/" in match["rest"] and name not in wanted:
            yield f"{lock.name} holds {name}, which {source.name} no longer asks for."


def requirements(source: Path) -> Iterator[Requirement]:
    for line in source.read_text().splitlines():
        word = line.split(" #")[0].strip()
        if word.startswith("-r "):
            yield from requirements(source.parent / word.removeprefix("-r "))
        elif word and not word.startswith("#"):
            yield Requirement(word)


def main() -> int:
    found = [fault for lock, source in LOCKS.items() for fault in faults(lock, source)]
    for fault in found:
        print(fault)
    if found:
        print("Run bin/lock and commit what it writes.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
