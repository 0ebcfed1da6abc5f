"""What repeats: rules as text and as values, and the times they stand for. Pure; see docs/recurrence.md."""

from catalog.recurrence.grammar import MOST_CHARACTERS, MOST_OCCURRENCES, parse_rule
from catalog.recurrence.hints import last_day_instead
from catalog.recurrence.rule import FIELD, Frequency, Rule
from catalog.recurrence.series import (
    LONGEST_SERIES,
    Occurrence,
    first_match,
    series,
    series_within,
    split,
    times,
    wall_clock,
    wall_times,
    with_until,
)

__all__ = [
    "FIELD",
    "LONGEST_SERIES",
    "MOST_CHARACTERS",
    "MOST_OCCURRENCES",
    "Frequency",
    "Occurrence",
    "Rule",
    "first_match",
    "last_day_instead",
    "parse_rule",
    "series",
    "series_within",
    "split",
    "times",
    "wall_clock",
    "wall_times",
    "with_until",
]
