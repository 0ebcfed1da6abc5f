"""The accounts of processes that are known to have worked."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from bench import cpu

BURN = """
import sys, time
def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
"""
# Burns and says so at each step: itself, then a child that lives, then the same child when it has ended.
FAMILY = (
    BURN
    + """
import subprocess
child_code = sys.argv[1]
def step(word):
    print(word, flush=True)
    sys.stdin.readline()
burn(0.3); step("burned")
child = subprocess.Popen([sys.executable, "-c", child_code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
child.stdout.readline(); step("child burned")
child.communicate(b"end"); step("child ended")
"""
)
CHILD = BURN + "burn(0.3); print('done', flush=True); sys.stdin.readline()"


@pytest.fixture
def family() -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [sys.executable, "-c", FAMILY, CHILD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def test_a_tree_is_charged_with_what_it_its_children_and_its_dead_have_burned(family: subprocess.Popen[str]) -> None:
    assert family.stdin is not None
    assert family.stdout is not None
    seen = []
    for _ in range(3):
        family.stdout.readline()
        seen.append(cpu.tree_seconds(family.pid))
        family.stdin.write("\n")
        family.stdin.flush()

    alone, with_child, with_dead = seen
    # The kernel counts in hundredths, and starting an interpreter costs what the machine makes it cost.
    assert 0.28 <= alone < 0.9
    assert alone + 0.28 <= with_child < alone + 0.9
    assert with_dead >= with_child


def test_a_process_that_is_gone_has_used_nothing() -> None:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()

    assert cpu.tree_seconds(process.pid) == 0


def test_a_name_with_blanks_and_parentheses_does_not_shift_the_fields() -> None:
    line = "42 (a) (b c)) S 7 42 42 0 -1 4194304 98 0 0 0 150 50 25 25 20 0 1 0 193630 3133440"

    times = cpu.ProcessTimes.parse(line)

    assert times == cpu.ProcessTimes(parent=7, seconds=250 / cpu.TICKS_PER_SECOND)


def test_the_machine_is_busy_while_we_are() -> None:
    before = cpu.machine_seconds()

    took = sum(cpu.yardstick_ms() for _ in range(10)) / 1000

    assert cpu.machine_seconds() - before >= took * 0.5
