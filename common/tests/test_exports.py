"""A spreadsheet shows what we wrote and runs nothing of it."""

import csv
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.exports import BYTE_ORDER_MARK, FORMULA_STARTS, Column, csv_lines, formula_safe, stream_csv


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|' /C calc'!A0",
        "+1",
        "-1+2",
        "@SUM(1)",
        "\t=1",
        "\r=1",
        "\n=1",
        "＝1+1",
        "＋1",
        "  =1",
        "\u00a0=1",
        "\u200b=1",
    ],
)
def test_a_text_that_reads_like_a_formula_is_quoted(text: str) -> None:
    assert formula_safe(text) == f"'{text}"


@pytest.mark.parametrize("number", [-5, Decimal("-12.50"), 0, 3.5])
def test_numbers_stay_numbers(number: Any) -> None:
    assert formula_safe(number) is number


@given(st.text())
def test_no_cell_starts_with_a_formula_whatever_the_text(text: str) -> None:
    assert not str(formula_safe(text)).lstrip().startswith(FORMULA_STARTS)


@given(st.lists(st.text(alphabet=st.characters(exclude_categories=["Cs"])), min_size=1, max_size=5))
def test_quotes_commas_and_line_breaks_survive_the_round_trip(texts: list[str]) -> None:
    columns = [Column("text", lambda text: text)]

    written = "".join(csv_lines(columns, texts)).removeprefix(BYTE_ORDER_MARK)

    read = [row[0] if row else "" for row in csv.reader(StringIO(written, newline=""))][1:]
    assert read == [formula_safe(text) for text in texts]


def test_the_last_line_adds_up_exactly_the_rows_above_it() -> None:
    columns = [Column("name", lambda row: row[0]), Column("amount", lambda row: row[1], is_summed=True)]

    lines = list(csv_lines(columns, [("a", Decimal("1.10")), ("b", Decimal("-0.10"))]))

    assert lines[-1] == "Total,1.00\r\n"


def test_two_hundred_thousand_rows_are_written_as_they_come() -> None:
    taken = 0

    def rows() -> Any:
        nonlocal taken
        for number in range(200_000):
            taken += 1
            yield number

    answer = iter(stream_csv("numbers.csv", [Column("number", lambda number: number, is_summed=True)], rows()))

    next(answer)
    assert taken < 1_000
    *_, last = answer
    assert bytes(last).decode().splitlines()[-1] == str(sum(range(200_000)))
