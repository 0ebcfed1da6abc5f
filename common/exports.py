"""CSV as it leaves the house: streamed, and harmless in a spreadsheet."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import StreamingHttpResponse

# What makes a spreadsheet take a text for a formula, in the usual and in the full-width spelling.
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r\n")
LINES_PER_CHUNK = 500
# Without it Excel reads UTF-8 as something else.
BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its heading, what it shows of a row, and whether the last line adds it up."""

    heading: str
    value: Callable[[Any], Any]
    is_summed: bool = False


class _Echo:
    def write(self, line: str) -> str:
        return line


def formula_safe(value: Any) -> Any:
    """The value as a cell: numbers stay numbers, a text that reads like a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return value
    text = str(value).replace("\0", "")
    # Spreadsheets skip blanks of every kind before they look for a formula.
    if text.startswith(FORMULA_STARTS) or text.lstrip().lstrip("\u200b\ufeff").startswith(FORMULA_STARTS):
        return f"'{text}"
    return text


def csv_lines(
    columns: Sequence[Column], rows: Iterable[Any], *, totals_per: Callable[[Any], str] | None = None
) -> Iterator[str]:
    """The heading, a line for each row and, if a column is summed, the totals of exactly these rows.

    `totals_per` names the group of a row, such as its currency: each group then has totals of its own.
    """
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    yield BYTE_ORDER_MARK + str(writer.writerow([formula_safe(column.heading) for column in columns]))
    summed = [place for place, column in enumerate(columns) if column.is_summed]
    totals: dict[str, dict[int, Any]] = {} if totals_per else {"": dict.fromkeys(summed, 0)}
    for row in rows:
        cells = [column.value(row) for column in columns]
        group = totals.setdefault(totals_per(row) if totals_per else "", dict.fromkeys(summed, 0))
        for place in summed:
            group[place] += cells[place] or 0
        yield str(writer.writerow([formula_safe(cell) for cell in cells]))
    for name, sums in sorted(totals.items()):
        if sums:
            yield str(writer.writerow(_totals_line(len(columns), sums, name)))


def stream_csv(
    filename: str,
    columns: Sequence[Column],
    rows: Iterable[Any],
    *,
    totals_per: Callable[[Any], str] | None = None,
) -> StreamingHttpResponse:
    """Answers with the file; give `queryset.iterator()` as rows, so that memory stays flat however many there are."""
    return StreamingHttpResponse(
        _chunks(csv_lines(columns, rows, totals_per=totals_per)),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{filename}"', "Cache-Control": "no-store"},
    )


def _totals_line(width: int, totals: Mapping[int, Any], name: str) -> list[Any]:
    line: list[Any] = [totals.get(place, "") for place in range(width)]
    if 0 not in totals:
        line[0] = f"Total {name}".strip()
    return line


def _chunks(lines: Iterator[str]) -> Iterator[str]:
    """Fewer and larger writes: one per line costs more than the line itself."""
    held: list[str] = []
    for line in lines:
        held.append(line)
        if len(held) == LINES_PER_CHUNK:
            yield "".join(held)
            held.clear()
    if held:
        yield "".join(held)
