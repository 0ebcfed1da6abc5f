"""docs/seed-endpoints.md tells where each endpoint of the seeds is to be found, and tells the truth."""

import json
import re

import pytest
from django.conf import settings
from django.contrib import admin
from django.urls import Resolver404, resolve

from common.api.docs import document
from config.tests.api_routes import described_routes
from config.tests.seeds.printed import BREAKS

PAGE = (settings.BASE_DIR / "docs" / "seed-endpoints.md").read_text()
LINE = re.compile(r"^\| `([^`]+)` \| ([\w ]+) \| `([^`]+)` \|", re.MULTILINE)
LINES: list[tuple[str, str, str]] = LINE.findall(PAGE)
CALL = re.compile(r"(?:GET|POST|PUT|PATCH|DELETE) /")


def lines_of(heading: str) -> set[str]:
    """What the tables of one section name, as the seed writes it."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    return {seeds for seeds, _, _ in LINE.findall(section)}


def exists(target: str, described: set[str]) -> bool:
    if CALL.match(target):
        return target in described
    if target.startswith("/"):
        return is_served(target)
    return target in {model._meta.model_name for model in admin.site._registry}


def is_served(path: str) -> bool:
    """The back office answers for every path below its own, also for those that lead nowhere."""
    try:
        return getattr(resolve(path).func, "__name__", "") != "catch_all_view"
    except Resolver404:
        return False


def test_what_is_said_to_be_built_exists_and_what_is_planned_does_not_yet() -> None:
    described = described_routes(json.loads(document()[0]))

    wrong = [
        f"{state}: {target}"
        for _, state, target in LINES
        if exists(target, described) is not (state in ("built", "page"))
    ]

    assert wrong == []
    assert {state for _, state, _ in LINES} <= {"built", "planned", "page", "planned page"}


def test_every_line_of_the_tables_is_read() -> None:
    assert len(re.findall(r"^\| `", PAGE, re.MULTILINE)) == len(LINES)


@pytest.mark.parametrize(
    ("seed", "endpoints"),
    [("Booking platform", 55), ("Home services", 76), ("Resource booking system", 12), ("Appointments API", 13)],
)
def test_every_endpoint_of_a_seed_has_its_line(seed: str, endpoints: int) -> None:
    assert len(lines_of(seed)) == endpoints


def test_every_break_has_a_paragraph_and_there_are_few() -> None:
    section = PAGE.partition("## Where a printed example is broken on purpose")[2].partition("\n## ")[0]

    assert re.findall(r"^### (.+)$", section, re.MULTILINE) == list(BREAKS.values())
    assert len(BREAKS) <= 10
