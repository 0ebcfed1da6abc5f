"""Percentiles and medians, against what can be counted by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.figures import Figure, Row, Sample, latency_figures, over_rounds, percentile, run_figures


def test_the_median_of_a_hundred_values_is_the_fiftieth() -> None:
    values = [float(value) for value in range(1, 101)]

    assert [percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]


def test_a_single_value_is_every_percentile() -> None:
    assert [percentile([7.0], percent) for percent in (1, 50, 99)] == [7, 7, 7]


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(1, 100))
def test_a_percentile_is_a_value_that_enough_values_do_not_exceed(values: list[float], percent: float) -> None:
    found = percentile(sorted(values), percent)

    assert found in values
    assert sum(value <= found for value in values) * 100 >= percent * len(values) - 1e-6


def test_waiting_times_are_told_in_milliseconds() -> None:
    assert latency_figures([0.003, 0.001, 0.002]) == pytest.approx({"p50_ms": 2, "p95_ms": 3, "p99_ms": 3})


def test_processor_time_is_shared_among_all_answers_and_speed_counts_those_in_time() -> None:
    one = Sample(seconds=2, completed_in_time=8, latencies={"a": [0.1] * 6, "b": [0.1] * 4}, driver_cpu_seconds=0.1)
    other = Sample(seconds=2, completed_in_time=10, latencies={"": [0.1] * 10}, driver_cpu_seconds=0.1)

    figures = run_figures([one, other], {"web": 0.04, "postgres": 0.02, "redis": 0.01})

    assert figures["per_second"] == 9
    assert figures["web_ms"] == pytest.approx(2)
    assert figures["postgres_ms"] == pytest.approx(1)
    assert figures["cpu_ms"] == pytest.approx(3)
    assert figures["driver_ms"] == pytest.approx(10)


def test_rounds_become_their_median_and_extremes() -> None:
    assert over_rounds([{"x": 3.0}, {"x": 1.0}, {"x": 2.0}]) == {"x": Figure(2, 1, 3)}


def test_noise_is_the_distance_of_the_extremes_as_a_share_of_the_median() -> None:
    assert Figure(10, 9, 12).noise == pytest.approx(0.3)


@pytest.mark.parametrize(("cost", "kept"), [(2.0, True), (2.01, False)])
def test_a_budget_is_kept_up_to_its_last_hundredth(cost: float, kept: bool) -> None:
    row = Row("granian", "me", 16, 2.0, {"cpu_ms": Figure(cost, cost, cost)}, {}, {}, {}, 0)

    assert row.within_budget is kept


def test_a_row_survives_being_kept() -> None:
    figures = {"cpu_ms": Figure(1, 0.5, 2)}
    row = Row("granian", "mix", 16, None, figures, {}, {"search": figures}, {"200": 4}, 0)

    assert Row.from_json(row.as_json()) == row
