"""Processor time from the kernel's own accounting: the steadiest figure while others use the machine.

Not quite independent of them: who shares a processor finds its caches cold and pays about a quarter more.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class ProcessTimes:
    parent: int
    seconds: float

    @classmethod
    def parse(cls, stat: str) -> "ProcessTimes":
        """Reads a line of /proc/PID/stat; the seconds include those of children that ended and were waited for."""
        # The command's name stands in parentheses and may itself hold blanks and parentheses.
        fields = stat.rpartition(")")[2].split()
        return cls(parent=int(fields[1]), seconds=sum(map(int, fields[11:15])) / TICKS_PER_SECOND)


def tree_seconds(root: int) -> float:
    """User and system seconds that the process `root` and all its descendants have used, ended ones included.

    A child that ends moves its time to the parent that waits for it, so the sum never falls while `root` lives.
    """
    processes = _all_processes()
    children: dict[int, list[int]] = {}
    for pid, times in processes.items():
        children.setdefault(times.parent, []).append(pid)
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        if pid in processes:
            total += processes[pid].seconds
        waiting += children.get(pid, [])
    return total


def machine_seconds() -> float:
    """Seconds that all processors together were busy since the machine started, time stolen by neighbours included."""
    words = Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, words[:8])
    return (user + nice + system + irq + softirq + steal) / TICKS_PER_SECOND


def yardstick_ms() -> float:
    """Milliseconds of processor time that a fixed piece of Python takes: how fast the machine is just now."""
    started = time.process_time()
    words: dict[str, int] = {}
    for number in range(60_000):
        word = str(number * 7919 % 1009)
        words[word] = words.get(word, 0) + number
    return (time.process_time() - started) * 1000


def _all_processes() -> dict[int, ProcessTimes]:
    found = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - names alone, many times a second
        if not name.isdigit():
            continue
        try:
            found[int(name)] = ProcessTimes.parse(Path("/proc", name, "stat").read_text())
        except (FileNotFoundError, ProcessLookupError):
            # It ended between the listing and the reading.
            continue
    return found
