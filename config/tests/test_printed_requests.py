"""Every request that the seeds print is accepted as printed, and every key that they print is answered."""

import json
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.enums import ServiceScope
from accounts.tests.services_cast import KEY, clinic, keyed
from accounts.tests.telegram_signing import BOT_TOKEN
from accounts.tests.tokens import token_of
from common.api.docs import document
from config.tests import seeds
from config.tests.api_routes import ROOT, described_routes
from config.tests.seeds.printed import BREAKS, Printed, filled, missing, part_of, weeks_ahead
from config.tests.seeds.stage import Stage, set_stage
from payments.tests.fake_gateway import PATH

pytestmark = pytest.mark.django_db

SECTIONS = {
    section.name: import_module(f"{seeds.__name__}.{section.name}").REQUESTS
    for section in iter_modules(seeds.__path__)
    if section.name not in ("printed", "stage", "stage_of_bookings")
}
REQUESTS = [
    pytest.param(request, id=f"{name}-{number}-{request.call}")
    for name, requests in SECTIONS.items()
    for number, request in enumerate(requests, 1)
]


@pytest.fixture
def stage(settings: Settings, tmp_path: Path) -> Stage:
    settings.MEDIA_ROOT = tmp_path
    settings.TELEGRAM_BOT_TOKEN = BOT_TOKEN
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    return set_stage()


def credentials(by: str, stage: Stage) -> dict[str, str]:
    if by == "service":
        keyed(clinic(*ServiceScope))
        return {"Authorization": f"Api-Key {KEY}"}
    user = stage.user(by)
    return {"Authorization": f"Bearer {token_of(user)}"} if user else {}


def play(printed: Printed, stage: Stage) -> Any:
    made = printed.given(stage)
    sends = filled(printed.sends, made, weeks_ahead(printed.sends))
    method, _, path = filled(printed.call, made, weeks_ahead("")).partition(" ")
    client = Client(headers={"Accept": printed.accept, **printed.headers, **credentials(printed.by, stage)})
    if method == "GET":
        return client.get(ROOT + path, sends)
    if printed.is_form:
        return client.post(ROOT + path, sends)
    body = b"" if sends is None else json.dumps(sends, default=str).encode()
    return client.generic(method, ROOT + path, body, "application/json")


@pytest.mark.parametrize("printed", REQUESTS)
def test_a_printed_request_is_answered_with_every_printed_key(printed: Printed, stage: Stage) -> None:
    """E340."""
    answer = play(printed, stage)

    assert answer.status_code == printed.status, answer.content
    body = answer.json()
    found_at = printed.printed_at if printed.found_at is None else printed.found_at
    assert missing(printed.told, part_of(body, found_at)) == set(printed.lost) | set(printed.awaits)
    # What is said to be elsewhere is not also where it was printed.
    assert bool(missing(printed.told, part_of(body, printed.printed_at))) is bool(
        printed.moved_for or printed.lost or printed.awaits
    )


def test_every_section_has_requests_and_every_request_a_route() -> None:
    described = described_routes(json.loads(document()[0]))

    assert [name for name, requests in SECTIONS.items() if not requests] == []
    assert {request.route for requests in SECTIONS.values() for request in requests} - described == set()


def test_breaks_have_names_that_the_docs_explain_and_awaited_keys_a_route_that_is_not_built() -> None:
    described = described_routes(json.loads(document()[0]))
    every = [request for requests in SECTIONS.values() for request in requests]
    named = {request.moved_for for request in every if request.moved_for}.union(*(each.lost.values() for each in every))
    awaited = set().union(*(request.awaits.values() for request in every))

    assert named <= set(BREAKS)
    assert awaited & described == set()
