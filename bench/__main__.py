"""The command line of `bin/bench`."""

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bench import servers, world
from bench.chart import draw
from bench.drivers import DriverFailed
from bench.measuring import Measurement, Plan
from bench.result import RESULTS, Result
from bench.scenario import Scenario, UnknownScenario, chosen
from bench.table import comparison_table, result_table
from config.embedded.processes import StartFailed

WARM_UP_SECONDS = 0.5
KEPT_OPTIONS = ("clients", "seconds", "rounds", "server", "scale", "occupancies", "bookings")


def main(arguments: Sequence[str] | None = None) -> int:
    """Returns 0 if every request succeeded within its budget, else 1."""
    signal.signal(signal.SIGTERM, _end_like_ctrl_c)
    options = _parser().parse_args(arguments)
    try:
        earlier = Result.load(options.against) if options.against else None
        result = measure(options)
    except (StartFailed, UnknownScenario, DriverFailed, OSError, ValueError) as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; nothing was saved.", file=sys.stderr)
        return 130
    print(f"\n{result_table(result)}")
    if earlier is not None:
        print(f"\n{comparison_table(earlier, result)}")
    _keep(result, options.name or result.default_name)
    return 0 if result.sound else 1


def measure(options: argparse.Namespace) -> Result:
    plan = Plan(options.clients, options.seconds, min(WARM_UP_SECONDS, options.seconds), options.rounds)
    print("Starting PostgreSQL and Redis, filling the database", flush=True)
    size = {"scale": options.scale, "occupancies": options.occupancies, "bookings": options.bookings}
    with world.running_world(**size) as here:
        world.set_up_django(here.environment)
        scenarios = chosen(options.scenario)
        with here.connect() as database:
            loads = {scenario.name: scenario.setup(database) for scenario in scenarios}
        world.leave_database()
        here.tidy_up()
        print(f"Starting {', '.join(options.server)}; {_duration(plan, scenarios, options.server)}", flush=True)
        with world.running_servers(options.server, here) as running:
            measurement = Measurement(plan, here, running, loads)
            rows = measurement.run(scenarios, _tell)
        return Result.now(rows, measurement.noise.figures(), _kept_options(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/bench",
        description="Measures scenarios on a production-shaped server, beside the same work as bare SQL.",
    )
    add = parser.add_argument
    add("--scenario", action="append", default=[], metavar="NAME", help="only this one; may be repeated")
    add("--clients", type=_numbers, default=[1, 16, 100], metavar="N,N", help="how many at a time (1,16,100)")
    add("--seconds", type=float, default=2.0, metavar="S", help="length of one run (2)")
    add("--rounds", type=int, default=5, metavar="N", help="how often each run is repeated (5)")
    add("--server", type=_servers, default=[servers.DEFAULT], metavar="NAME,NAME", help=", ".join(servers.COMMANDS))
    add("--scale", type=int, default=1, metavar="N", help="size of the demo world (1)")
    add("--occupancies", type=int, default=100_000, metavar="N", help="rows of the occupancy table (100000)")
    add("--bookings", type=int, default=10_000, metavar="N", help="bookings, with what they occupy (10000)")
    add("--against", type=Path, metavar="FILE", help="compare with an earlier result")
    add("--name", metavar="NAME", help="name of the result instead of time and commit")
    return parser


def _numbers(text: str) -> list[int]:
    numbers = [int(word) for word in text.split(",")]
    if min(numbers) < 1 or max(numbers) > 256:
        raise argparse.ArgumentTypeError("from 1 to 256 clients")
    return numbers


def _servers(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in servers.COMMANDS:
            raise argparse.ArgumentTypeError(f"{name!r} is none of {', '.join(servers.COMMANDS)}")
    return names


def _duration(plan: Plan, scenarios: Sequence[Scenario], names: Sequence[str]) -> str:
    # Beside each server's run there is one of the bare SQL.
    runs = plan.rounds * len(plan.clients) * len(scenarios) * (len(names) + 1)
    return f"measuring takes about {runs * (plan.seconds + plan.warm_up) / 60:.1f} minutes"


def _kept_options(options: argparse.Namespace) -> dict[str, object]:
    return {name: getattr(options, name) for name in KEPT_OPTIONS}


def _keep(result: Result, name: str) -> None:
    path = RESULTS / f"{name}.json"
    result.save(path)
    draw(result, path.with_suffix(".png"))
    print(f"\nKept as {path} and .png beside it.")


def _tell(what: str) -> None:
    if sys.stdout.isatty():
        print(f"\r\033[K{what}", end="", flush=True)


def _end_like_ctrl_c(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


if __name__ == "__main__":
    raise SystemExit(main())
