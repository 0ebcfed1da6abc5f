"""Arithmetic on a calendar's lanes: which lane is free for a claim, and what is left for a closure.

Calendar n owns the lanes n·1024 … n·1024+1023 of the platform. Here lanes are counted from 0 within their calendar.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from common.timeranges import TimeRange, merge

LANES = 1024
# One lane always stays out of use, so that a closure is never mistaken for a claim of everything.
MOST_CAPACITY = LANES - 1


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """Some neighbouring lanes, `first` up to but not including `end`, for a time."""

    during: TimeRange
    first: int = 0
    end: int = LANES


class Timeline:
    """Stretches of time, merged and sorted, that are asked many times whether they meet another.

    Starts and ends are lists of their own, so that a search compares instants without a call to our code.
    """

    def __init__(self, ranges: Iterable[TimeRange] = ()) -> None:
        merged = merge(ranges)
        self._starts = [each.start for each in merged]
        self._ends = [each.end for each in merged]

    def meets(self, start: datetime, end: datetime) -> bool:
        """True if some stretch overlaps; only the first that ends after `start` can be in the way."""
        first = bisect_right(self._ends, start)
        return first < len(self._starts) and self._starts[first] < end

    def covers(self, start: datetime, end: datetime) -> bool:
        """True if one stretch holds all of it."""
        last = bisect_right(self._starts, start) - 1
        return last >= 0 and end <= self._ends[last]

    def contains(self, moment: datetime) -> bool:
        last = bisect_right(self._starts, moment) - 1
        return last >= 0 and moment < self._ends[last]

    def add(self, free: TimeRange) -> None:
        """Takes a time that meets no stretch."""
        place = bisect_right(self._starts, free.start)
        self._starts.insert(place, free.start)
        self._ends.insert(place, free.end)


class LaneBoard:
    """The lanes of one calendar, with what is on each. No two times on a lane overlap: the database sees to it."""

    def __init__(self, capacity: int, blocks: Iterable[Block]) -> None:
        taken: list[list[TimeRange]] = [[] for _ in range(capacity)]
        for block in blocks:
            for lane in taken[block.first : block.end]:
                lane.append(block.during)
        self._lanes = [Timeline(lane) for lane in taken]

    def has_room(self, start: datetime, end: datetime) -> bool:
        """True if one lane is free all the time."""
        # This is asked for each slot, and a generator would cost as much as the answer.
        for lane in self._lanes:  # noqa: SIM110 - for that reason
            if not lane.meets(start, end):
                return True
        return False

    def place(self, during: TimeRange) -> int | None:
        """Takes the first lane that is free for all of `during`; None if there is none."""
        for number, lane in enumerate(self._lanes):
            if not lane.meets(during.start, during.end):
                lane.add(during)
                return number
        return None


def closure_blocks(off: Iterable[TimeRange], claims: Sequence[Block]) -> list[Block]:
    """What a closure takes of the time `off`: every lane, but around the claims that stay.

    1. Edges of claims cut the time into stretches in which nothing begins or ends.
    2. In each stretch the closure takes the runs of lanes between the claimed ones.
    3. Runs of the same lanes in stretches that follow one another become one block.
    """
    found: list[Block] = []
    for free in merge(off):
        present = [claim for claim in claims if claim.during.overlaps(free)]
        moments = {edge for claim in present for edge in (claim.during.start, claim.during.end)}
        edges = sorted({free.start, free.end} | {edge for edge in moments if free.contains(edge)})
        open_runs: dict[tuple[int, int], datetime] = {}
        for start, end in pairwise(edges):
            runs = _free_runs(claim for claim in present if claim.during.start < end and start < claim.during.end)
            over = [run for run in open_runs if run not in runs]
            found += [Block(TimeRange(open_runs.pop(run), start), *run) for run in over]
            for run in runs:
                open_runs.setdefault(run, start)
        found += [Block(TimeRange(since, free.end), *run) for run, since in open_runs.items()]
    return sorted(found)


def _free_runs(claims: Iterable[Block]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    first = 0
    for claim in sorted(claims, key=lambda claim: claim.first):
        if first < claim.first:
            runs.append((first, claim.first))
        first = max(first, claim.end)
    return [*runs, (first, LANES)] if first < LANES else runs
