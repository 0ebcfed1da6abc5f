"""Results as text for the terminal."""

from collections.abc import Sequence

from bench.compare import COMPARED, comparisons, machine_ratio
from bench.figures import Figures, Limits, Row
from bench.result import Result

Cells = Sequence[str]

# Processors that others may keep busy before a result says more about them than about us.
CALM = 0.25

HEADINGS = (
    *("scenario", "server", "clients", "req/s", "±%", "p50", "p95", "p99 ms", "errors"),
    *("web ms", "+ pg ms", "= cpu", "±%", "budget", "|", "SQL/s", "pg ms", "speed", "cpu x"),
)


def result_table(result: Result) -> str:
    lines: list[Cells] = [HEADINGS]
    for row in result.rows:
        lines.append(_cells(row))
        lines += [_part_cells(part, figures) for part, figures in row.parts.items()]
    judged = [_judgement(row, row.limits) for row in result.rows if row.limits is not None]
    return "\n\n".join([_aligned(lines), *judged, noise_note(result)])


def noise_note(result: Result) -> str:
    busy, yardstick = result.noise["busy_elsewhere"], result.noise["yardstick_ms"]
    warning = (
        ""
        if busy.median < CALM
        else "The machine was too busy for budgets and rankings: measure again when it is calm.\n"
    )
    return warning + (
        f"Others kept {busy.median:.2f} of {result.machine['processors']} processors busy (up to {busy.most:.2f}); "
        f"the yardstick took {yardstick.median:.1f} ms, ±{yardstick.noise * 50:.0f} %.\n"
        "Figures are medians over the rounds, ±% is half the way between the extremes. "
        "Right of the bar the same work as bare SQL: how many a second, PostgreSQL's processor time for one, the speed "
        "over HTTP as a share of it, and how many times PostgreSQL's time for the bare SQL a whole request costs."
    )


def _judgement(row: Row, limits: Limits) -> str:
    """Every part is held to the limits as well as the whole; the whole is what is shown."""
    slow = [part for part, figures in row.parts.items() if not limits.kept_by(figures)]
    share, p95, p99 = row.error_share, row.http["p95_ms"].median, row.http["p99_ms"].median
    return (
        f"{row.scenario} with {row.clients} clients: {'within limits' if row.within_limits else 'OVER ITS LIMITS'}. "
        f"p95 {p95:.0f} of {limits.p95_ms:g} ms, p99 {p99:.0f} of {limits.p99_ms:g} ms, "
        f"errors {share * 100:.2f} of {limits.error_share * 100:g} %"
        f"{'; too slow: ' + ', '.join(slow) if slow else ''}. "
        f"Answers: {', '.join(f'{count} x {status}' for status, count in sorted(row.statuses.items()))}."
    )


def comparison_table(before: Result, after: Result) -> str:
    lines: list[Cells] = [("scenario", "server", "clients", *COMPARED)]
    for comparison in comparisons(before, after):
        row = comparison.row
        changes = [f"x {change.ratio:.2f} {change.verdict}".strip() for change in comparison.changes]
        lines.append((row.scenario, row.server, str(row.clients), *changes))
    return (
        f"Against {before.taken_at} ({before.commit}); better and worse mark changes beyond the noise of both.\n"
        f"The yardstick takes x {machine_ratio(before, after):.2f} of the time it took then.\n{_aligned(lines)}"
    )


def _cells(row: Row) -> Cells:
    http = row.http
    return (
        row.scenario,
        row.server,
        str(row.clients),
        f"{http['per_second'].median:.0f}",
        f"{http['per_second'].noise * 50:.0f}",
        *(f"{http[name].median:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms")),
        str(row.errors),
        *(f"{http[name].median:.2f}" for name in ("web_ms", "postgres_ms", "cpu_ms")),
        f"{http['cpu_ms'].noise * 50:.0f}",
        _budget(row),
        "|",
        *_sql_cells(row),
    )


def _sql_cells(row: Row) -> Cells:
    if not row.sql:
        return ("", "", "", "")
    speed, work = row.sql["per_second"].median, row.sql["postgres_ms"].median
    share = row.http["per_second"].median / speed
    return (
        f"{speed:.0f}",
        f"{work:.2f}",
        f"{share * 100:.0f} %",
        f"{row.http['cpu_ms'].median / work:.0f}" if work else "",
    )


def _budget(row: Row) -> str:
    if row.budget_ms is None:
        return ""
    return f"{row.budget_ms:g} {'ok' if row.within_budget else 'OVER'}"


def _part_cells(part: str, figures: Figures) -> Cells:
    speed = figures["per_second"]
    latencies = (f"{figures[name].median:.1f}" for name in ("p50_ms", "p95_ms", "p99_ms"))
    cells = (f"  {part}", "", "", f"{speed.median:.0f}", f"{speed.noise * 50:.0f}", *latencies)
    return (*cells, *[""] * (len(HEADINGS) - len(cells)))


def _aligned(lines: Sequence[Cells]) -> str:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
