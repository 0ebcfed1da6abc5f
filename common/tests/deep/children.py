"""Starts processes of the platform on the database of the test that is running, and kills them."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

SETTINGS = "common.tests.deep.settings"
ROOT = Path(__file__).resolve().parents[3]


def environment(**more: str) -> dict[str, str]:
    """Our own environment, but for the settings of the proofs and the database that the test made."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": SETTINGS,
        "DATABASE_URL": urlunsplit(url),
        "RATE_LIMITS": "off",
        **more,
    }


def start(*arguments: str, log: Path, **more: str) -> subprocess.Popen[bytes]:
    """Runs `python -m …` in a process group of its own, so that it can be killed with all its children."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env=environment(**more),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def kill_group(process: "subprocess.Popen[bytes]") -> None:
    """Kills it and all its children with -9; does nothing if that was done before."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
