"""A result as a picture: what a request costs, how many there are in a second, how long one waits."""

from pathlib import Path
from typing import TYPE_CHECKING

from bench.figures import Row
from bench.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WEB, POSTGRES, SQL, BUDGET = "#4f46e5", "#0ea5e9", "#94a3b8", "#dc2626"


def draw(result: Result, path: Path) -> None:
    from matplotlib.figure import Figure  # noqa: PLC0415 - its threads must not be there when drivers fork

    figure = Figure(figsize=(15, 1.6 + 0.34 * len(result.rows)), layout="constrained")
    cost, speed, waiting = figure.subplots(1, 3, sharey=True)
    _draw_cost(cost, result.rows)
    _draw_speed(speed, result.rows)
    _draw_waiting(waiting, result.rows)
    cost.set_yticks(range(len(result.rows)), [_name(row) for row in result.rows])
    cost.invert_yaxis()
    figure.suptitle(f"{result.taken_at[:16].replace('T', ' ')} UTC, {result.commit}", fontsize=10)
    figure.savefig(path, dpi=90)


def _name(row: Row) -> str:
    return f"{row.scenario}, {row.clients} {'client' if row.clients == 1 else 'clients'} ({row.server})"


def _draw_cost(axes: "Axes", rows: list[Row]) -> None:
    places = range(len(rows))
    web = [row.http["web_ms"].median for row in rows]
    axes.barh(places, web, color=WEB, label="web")
    axes.barh(places, [row.http["postgres_ms"].median for row in rows], left=web, color=POSTGRES, label="PostgreSQL")
    for place, row in enumerate(rows):
        if row.budget_ms is not None:
            axes.vlines(row.budget_ms, place - 0.45, place + 0.45, color=BUDGET, label="_" if place else "budget")
    axes.set_title("Processor time per request, ms")
    # Room for the legend beside the bars.
    axes.set_xlim(right=axes.get_xlim()[1] * 1.35)
    axes.legend(loc="center right", fontsize=8)


def _draw_speed(axes: "Axes", rows: list[Row]) -> None:
    for place, row in enumerate(rows):
        figure = row.http["per_second"]
        axes.barh(place, figure.median, color=WEB, height=0.5)
        axes.hlines(place, figure.least, figure.most, color="black", linewidth=1)
        if row.sql:
            axes.plot(row.sql["per_second"].median, place, "D", color=SQL, label="_" if place else "bare SQL")
    axes.set_xscale("log")
    axes.set_title("Requests per second (diamond: bare SQL)")


def _draw_waiting(axes: "Axes", rows: list[Row]) -> None:
    for place, row in enumerate(rows):
        p50, p95, p99 = (row.http[name].median for name in ("p50_ms", "p95_ms", "p99_ms"))
        axes.hlines(place, p50, p99, color=WEB, linewidth=2)
        axes.plot([p50, p95, p99], [place] * 3, "|", color=WEB, markersize=10)
    axes.set_xscale("log")
    axes.set_title("Waiting time, ms (p50, p95, p99)")
