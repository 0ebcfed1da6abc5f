"""A change counts only when the rounds of both results lie apart."""

from pathlib import Path

import pytest

from bench.compare import Change, comparisons, machine_ratio
from bench.figures import Figure, Row
from bench.result import Result
from bench.table import comparison_table, result_table

FIGURES = ("per_second", "p50_ms", "p95_ms", "p99_ms", "web_ms", "postgres_ms", "redis_ms", "cpu_ms")


def a_result(
    cpu_ms: Figure, *, clients: int = 16, yardstick: float = 10.0, errors: int = 0, busy: float = 0.0
) -> Result:
    figures = dict.fromkeys(FIGURES, cpu_ms)
    row = Row("granian", "me", clients, 2.0, figures, figures, {"a part": figures}, {"200": 9}, errors)
    noise = {"busy_elsewhere": Figure(busy, busy, busy), "yardstick_ms": Figure(yardstick, yardstick, yardstick)}
    return Result("2026-11-21T07:00:00+00:00", "abc1234", {"processors": 2}, {}, noise, [row])


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [
        (Figure(2, 1.9, 2.1), Figure(1, 0.9, 1.1), "better"),
        (Figure(1, 0.9, 1.1), Figure(2, 1.9, 2.1), "worse"),
        # The rounds overlap.
        (Figure(2, 1.0, 2.1), Figure(1, 0.9, 1.1), ""),
        # They lie apart, but by a trifle.
        (Figure(1, 1, 1), Figure(1.04, 1.04, 1.04), ""),
        (Figure(1, 1, 1), Figure(1, 1, 1), ""),
    ],
)
def test_processor_time_is_better_when_there_is_clearly_less_of_it(before: Figure, after: Figure, verdict: str) -> None:
    assert Change("cpu_ms", before, after).verdict == verdict


def test_speed_is_better_when_there_is_more_of_it() -> None:
    assert Change("per_second", Figure(100, 99, 101), Figure(200, 199, 201)).verdict == "better"


def test_only_rows_that_both_results_have_are_compared() -> None:
    same, other = a_result(Figure(1, 1, 1)), a_result(Figure(2, 2, 2), clients=100)

    assert list(comparisons(same, other)) == []
    assert [comparison.row.key for comparison in comparisons(other, other)] == [("granian", "me", 100)]


def test_a_slower_machine_is_told_apart_from_slower_code() -> None:
    assert machine_ratio(a_result(Figure(1, 1, 1)), a_result(Figure(1, 1, 1), yardstick=15)) == pytest.approx(1.5)


def test_a_result_survives_being_kept(tmp_path: Path) -> None:
    result = a_result(Figure(1, 1, 1))

    result.save(tmp_path / "kept.json")

    assert Result.load(tmp_path / "kept.json") == result


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.json").write_text("{}")

    with pytest.raises(ValueError, match="not a result"):
        Result.load(tmp_path / "other.json")


def test_a_result_is_sound_without_errors_and_within_budget() -> None:
    assert a_result(Figure(2, 2, 2)).sound
    assert not a_result(Figure(2.1, 2.1, 2.1)).sound
    assert not a_result(Figure(2, 2, 2), errors=1).sound


def test_the_tables_say_what_is_over_budget_and_what_got_worse() -> None:
    before, after = a_result(Figure(1, 1, 1)), a_result(Figure(3, 3, 3))

    assert "2 ok" in result_table(before)
    assert "2 OVER" in result_table(after)
    assert "x 3.00 worse" in comparison_table(before, after)


def test_a_result_of_a_busy_machine_says_that_it_is_not_to_be_trusted() -> None:
    assert "too busy" in result_table(a_result(Figure(1, 1, 1), busy=0.9))
    assert "too busy" not in result_table(a_result(Figure(1, 1, 1), busy=0.1))
