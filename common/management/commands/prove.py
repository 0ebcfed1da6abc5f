"""`manage.py prove`: is everything true that must always be true?"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.proofs import MOST_ROWS, UnknownInvariant, prove


class Command(BaseCommand):
    help = "Runs every registered invariant query; fails if one is violated."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only", action="append", default=[], metavar="ID", help="one invariant; may be repeated")

    def handle(self, *, only: list[str], **options: Any) -> None:
        try:
            run = prove(only)
        except UnknownInvariant as error:
            raise CommandError(f"No such invariant: {error}") from error
        for result in run.results:
            self.stdout.write(_line(result))
        if not run.passed:
            raise CommandError(str(run))
        self.stdout.write(str(run))


def _line(result: dict[str, Any]) -> str:
    head = f"{result['id']:<8} {result['title']} ({result['milliseconds']} ms)"
    if result["outcome"] == "ok":
        return f"ok       {head}"
    if result["outcome"] == "error":
        return f"ERROR    {head}: {result['examples'][0]}"
    rows = f"{result['rows']}{'+' if result['rows'] >= MOST_ROWS else ''}"
    return f"VIOLATED {head}: {rows} rows, such as {', '.join(result['examples'])}"
