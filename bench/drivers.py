"""Runs drivers (those who send requests or statements) in processes of their own, so that nobody mistakes their
processor time for the servers', and reads the servers' accounts around exactly their work.

1. Each driver connects, warms up and waits for all its answers, then reports that it is ready.
2. The accounts are read and everybody is told to go.
3. Each driver sends for the given seconds and waits for the last answers; then the accounts are read again.
"""

import multiprocessing
import signal
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from bench import cpu
from bench.figures import Sample

# A run ends by itself: drivers give up on every answer after a timeout of their own.
GRACE_SECONDS = 60
_processes = multiprocessing.get_context("fork")


class Driver(Protocol):
    def run(self, seconds: float) -> Sample:
        """Sends for that long, waits for what is under way, tells what it saw. Connections stay open between runs."""

    def close(self) -> None:
        """Gives the connections up."""


@dataclass(frozen=True, slots=True)
class Run:
    samples: list[Sample]
    # Seconds of processor time by server, and what neither servers nor drivers used of the machine.
    cpu_seconds: dict[str, float]
    busy_elsewhere: float


class DriverFailed(Exception):
    """A driver process died or could not do its work; the message says why."""


def run_together(drivers: Sequence[Driver], *, meters: Mapping[str, int], seconds: float, warm_up: float) -> Run:
    """`meters` names the root process of each server whose processor time is wanted."""
    crew = [_start(driver, seconds, warm_up) for driver in drivers]
    patience = seconds + warm_up + GRACE_SECONDS
    try:
        for _, pipe in crew:
            _receive(pipe, patience)
        before, machine, started = _read(meters), cpu.machine_seconds(), time.monotonic()
        for _, pipe in crew:
            pipe.send("go")
        samples = [_receive(pipe, patience) for _, pipe in crew]
        # The machine first: it must not be charged with the reading of the others.
        machine = cpu.machine_seconds() - machine
        elapsed = time.monotonic() - started
        used = {name: total - before[name] for name, total in _read(meters).items()}
    finally:
        for process, pipe in crew:
            pipe.close()
            process.kill()
            process.join()
    ours = sum(used.values()) + sum(sample.driver_cpu_seconds for sample in samples)
    return Run(samples, used, max(0.0, machine - ours) / elapsed)


def _start(
    driver: Driver, seconds: float, warm_up: float
) -> tuple[multiprocessing.context.ForkProcess, "Connection[str, object]"]:
    ours, theirs = _processes.Pipe()
    process = _processes.Process(target=_work, args=(driver, theirs, seconds, warm_up), daemon=True)
    process.start()
    theirs.close()
    return process, ours


def _work(driver: Driver, pipe: "Connection[object, str]", seconds: float, warm_up: float) -> None:
    # Ctrl-C reaches the whole group; who stops whom is decided by the parent alone.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        driver.run(warm_up)
        pipe.send("ready")
        pipe.recv()
        before = time.process_time()
        sample = driver.run(seconds)
        sample.driver_cpu_seconds = time.process_time() - before
        pipe.send(sample)
    except EOFError:
        # The parent is gone or has given up.
        pass
    except Exception as error:  # noqa: BLE001 - whatever it was, the parent shall say it
        pipe.send(DriverFailed(f"{type(error).__name__}: {error}"))
    finally:
        driver.close()


def _receive(pipe: "Connection[str, object]", seconds: float) -> Sample:
    if not pipe.poll(seconds):
        raise DriverFailed(f"A driver did not answer within {seconds:.0f} seconds.")
    try:
        message = pipe.recv()
    except EOFError as error:
        raise DriverFailed("A driver died.") from error
    if isinstance(message, DriverFailed):
        raise message
    return message if isinstance(message, Sample) else Sample()


def _read(meters: Mapping[str, int]) -> dict[str, float]:
    return {name: cpu.tree_seconds(pid) for name, pid in meters.items()}
