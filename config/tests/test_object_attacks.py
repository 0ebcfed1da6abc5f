"""Attacks on objects and functions that belong to somebody else, on every route that the tables name."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework import serializers

from accounts.enums import Role
from accounts.models import Address, User
from accounts.services import join
from accounts.tests.authorisation import an_address
from catalog.models import Category, Service
from catalog.tests.authorisation import a_service
from common import clock
from common.api.docs import document
from common.api.fields import VisibleRelatedField
from common.tests.access_tables import PEOPLE, Caller
from common.tests.probe.client import client_of, refused
from config.tests.api_routes import METHODS, ROOT, described_routes
from config.tests.doors import PARAMETER, ROUTES, Cast, asking, cast_of_callers, nothing_is_written, things_of, undone

pytestmark = pytest.mark.django_db

READS = sorted(call for call in ROUTES if call.startswith("GET "))
WRITES = sorted(set(ROUTES) - set(READS))
PATHS = sorted({call.partition(" ")[2] for call in ROUTES})
# What nobody may set for themselves, whatever it is called.
PRIVILEGES: dict[str, Any] = {
    "is_staff": True,
    "is_superuser": True,
    "is_verified": True,
    "groups": ["Super admin"],
    "role": "admin",
    "user_permissions": [1],
    "balance": "1000.00",
    "loyalty_points": 1000,
    "payment_status": "paid",
    "total_minor": 1,
    "rating_sum": 500,
    "user": "0190a000-0000-7000-8000-000000000000",
    "user_id": "0190a000-0000-7000-8000-000000000000",
    "owner": "0190a000-0000-7000-8000-000000000000",
    "customer_id": "0190a000-0000-7000-8000-000000000000",
    "partner_id": "0190a000-0000-7000-8000-000000000000",
    "created_at": "2001-01-01T00:00:00Z",
    "erased_at": "2001-01-01T00:00:00Z",
}
PROBES = [
    {"user__password__startswith": "argon2"},
    {"customer__phone_number__startswith": "+91"},
    {"owner__user__email": "charlie@example.com"},
    {"password": "x"},
    {"ordering": "password"},
    {"sort_by": "user__password"},
]


@pytest.fixture
def cast(settings: Settings) -> Cast:
    settings.RATE_LIMITS = False
    return cast_of_callers()


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(document()[0])


def caller_of(call: str) -> Caller:
    """Somebody whom the line lets in, a specialist where they may."""
    callers = ROUTES[call].callers
    return Caller.SPECIALIST if Caller.SPECIALIST in callers else min(callers)


def fields_taken(schema: Any, call: str) -> set[str] | None:
    """The declared fields of a body of JSON; None where the route reads no such body."""
    method, _, path = call.partition(" ")
    body = schema["paths"][ROOT + path][method.lower()].get("requestBody", {})
    reference = body.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref")
    if reference is None:
        return None
    return set(schema["components"]["schemas"][reference.rpartition("/")[2]].get("properties", {}))


def every_serializer(kind: Any = serializers.BaseSerializer) -> set[Any]:
    return {kind}.union(*(every_serializer(child) for child in kind.__subclasses__()))


def test_every_relation_in_a_body_is_looked_for_among_what_the_caller_may_see() -> None:
    """A004."""
    loose = [
        f"{kind.__module__}.{kind.__name__}.{name}"
        for kind in every_serializer()
        for name, field in getattr(kind, "_declared_fields", {}).items()
        if isinstance(field, serializers.RelatedField) and not isinstance(field, VisibleRelatedField)
        if not field.read_only and not kind.__module__.startswith("rest_framework")
    ]

    assert loose == []


def test_no_parameter_asks_through_relations_or_for_secrets(cast: Cast) -> None:
    """A006 and A007: such a parameter is refused by its name, or changes nothing."""
    for call in READS:
        with undone():
            request = asking_for_ones_own(call, cast)
            plain = request()()
            for probe in PROBES:
                answer = request(probe)()

                if answer.status_code == 400:
                    details = refused(answer, 400, "VALIDATION_ERROR")["details"]
                    assert {detail["field"] for detail in details} == set(probe), call
                else:
                    assert (answer.status_code, _told(answer)) == (200, _told(plain)), (call, probe)


def asking_for_ones_own(call: str, cast: Cast) -> Any:
    """The line's request for what is the caller's own, with whatever else is to be sent."""
    route, caller = ROUTES[call], caller_of(call)
    ids = {name: thing.seen(cast.owner(caller)).pk for name, thing in things_of(route)}
    ask = asking(call, route, caller, cast)
    return lambda more=None: ask({**ids, **(more or {})})


def _told(answer: Any) -> Any:
    if answer["Content-Type"] != "application/json":
        return answer.content
    return {name: value for name, value in answer.json()["data"].items() if name != "exported_at"}


def test_nobody_sets_what_the_platform_decides(cast: Cast, schema: Any) -> None:
    """A012 and A013."""
    for call in WRITES:
        taken = fields_taken(schema, call)
        if taken is None:
            continue
        with undone():
            plain = asking_for_ones_own(call, cast)()()
        with undone():
            request = asking_for_ones_own(call, cast)(PRIVILEGES)
            with nothing_is_written(call):
                answer = request()

            # Some are refused before anybody looks at what they sent.
            if plain.status_code >= 400 and _refusal(answer) == _refusal(plain):
                continue
            named = {detail["field"] for detail in refused(answer, 400, "VALIDATION_ERROR")["details"]}
            assert set(PRIVILEGES) - taken <= named, call


def _refusal(answer: Any) -> Any:
    return answer.status_code, answer.json()["error"]["details"]


def test_no_route_declares_what_the_platform_decides(schema: Any) -> None:
    """A013: the fields that the test above leaves out, told one by one."""
    declared = {call: sorted((fields_taken(schema, call) or set()) & set(PRIVILEGES)) for call in WRITES}

    assert {call: names for call, names in declared.items() if names} == {}


def test_a_related_object_is_not_made_through_its_relation() -> None:
    """A014."""
    bob = a_specialist()
    service = a_service(bob)

    for relation in ({"name": "Mine", "slug": "mine"}, ["mine"], 1):
        answer = client_of(bob).patch(
            f"{ROOT}/specialists/services/{service.pk}", {"category": relation}, "application/json"
        )
        assert [each["field"] for each in refused(answer, 400, "VALIDATION_ERROR")["details"]] == ["category"]

    assert not Category.objects.exists()


@pytest.mark.parametrize("disguise", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_method_is_not_overridden(disguise: str) -> None:
    """A015."""
    alice = User.objects.create_user("alice@example.com")
    address = an_address(alice)
    path = f"{ROOT}/users/addresses/{address.pk}"

    answers = [
        client_of(alice).get(path, headers={disguise: "DELETE"}),
        client_of(alice).patch(path, {"name": "Work"}, "application/json", headers={disguise: "DELETE"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert Address.objects.filter(pk=address.pk, name="Work").exists()


def test_other_methods_are_refused_and_reading_writes_nothing(cast: Cast, schema: Any) -> None:
    """A016."""
    described = described_routes(schema)
    headers = cast.headers(Caller.SPECIALIST)
    for path in PATHS:
        offered = {method for method in METHODS if f"{method.upper()} {path}" in described}
        place = ROOT + PARAMETER.sub("0190a000-0000-7000-8000-000000000000", path)

        with nothing_is_written(path):
            answers = {
                method: cast.client.generic(method.upper(), place, b"", "application/json", headers=headers)
                for method in {*METHODS, "head", "trace"} - offered
            }

        head = answers.pop("head")
        assert {answer.status_code for answer in answers.values()} <= {405}, path
        assert (head.status_code == 405, head.content) == ("get" not in offered, b""), path


def test_who_is_blocked_is_let_in_nowhere(cast: Cast) -> None:
    """A017: at the next request, not when the token expires."""
    for call in sorted(call for call in ROUTES if ROUTES[call].callers <= PEOPLE):
        with undone():
            request = asking_for_ones_own(call, cast)()
            User.objects.filter(pk=cast.owner(caller_of(call)).pk).update(is_active=False)
            with nothing_is_written(call):
                answer = request()

            refused(answer, 403, "INSUFFICIENT_PERMISSIONS")


def test_what_was_deleted_is_absent_under_its_old_id() -> None:
    """A023."""
    alice = User.objects.create_user("alice@example.com")
    address = an_address(alice)
    client = client_of(alice)
    assert client.delete(f"{ROOT}/users/addresses/{address.pk}").status_code == 200

    for method in ("get", "put", "patch", "delete"):
        refused(getattr(client, method)(f"{ROOT}/users/addresses/{address.pk}"), 404, "RESOURCE_NOT_FOUND")


def test_what_was_archived_is_absent_for_everybody() -> None:
    """A023."""
    bob = a_specialist()
    service = a_service(bob)
    Service.objects.filter(pk=service.pk).update(archived_at=clock.now())

    answers = [
        client_of(bob).patch(f"{ROOT}/specialists/services/{service.pk}", {"price": "1"}, "application/json"),
        client_of(bob).get(f"{ROOT}/services/{service.pk}"),
        Client().get(f"{ROOT}/services/{service.pk}"),
    ]

    for answer in answers:
        refused(answer, 404, "RESOURCE_NOT_FOUND")


def a_specialist() -> User:
    bob = User.objects.create_user("bob@example.com", first_name="Bob")
    join(bob, Role.SPECIALISTS)
    return bob
