"""Services at the door: keys, tokens they sign, scopes, and acting for people."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from django.test import Client
from django.urls import include, path
from drf_spectacular.generators import SchemaGenerator
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.api.rate_tiers import tier_of
from accounts.enums import ServiceScope
from accounts.models import ServiceAccount, ServiceKey
from accounts.service_callers import ServiceCaller
from accounts.services import NewKey
from accounts.tests.services_cast import SERVICES, calling, clinic, keyed, person, services, signed, with_key
from accounts.tests.tokens import token_of
from common import clock, rules
from common.api.throttles import Tier
from common.models import AuditEntry, PlatformSettings
from common.platform import remember_platform_settings
from common.tests.probe.client import detail_codes, refused

pytestmark = [pytest.mark.urls("accounts.tests.services_cast"), pytest.mark.django_db]

READ, WRITE, ACT = ServiceScope.APPOINTMENTS_READ, ServiceScope.APPOINTMENTS_WRITE, ServiceScope.ACT_FOR
WHO = f"{SERVICES}/who"
UNKNOWN = "0190a000-0000-7000-8000-000000000000"


@pytest.fixture
def service() -> ServiceAccount:
    return clinic(READ, WRITE, ACT)


@pytest.fixture
def new(service: ServiceAccount) -> NewKey:
    return keyed(service)


def bearer(token: str) -> Any:
    return calling(f"Bearer {token}").get(WHO)


def who(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.json()["data"]


def seconds(**ago: float) -> int:
    return int((clock.now() + timedelta(**ago)).timestamp())


def test_a_service_calls_with_its_key(new: NewKey, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = with_key(new.key)
    client.get(WHO)

    with django_assert_num_queries(1):
        response = client.get(WHO)

    assert who(response) == {"service": "Clinic", "acts_for": None}


def test_a_service_calls_with_a_token_that_it_signed(
    new: NewKey, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bearer(signed(new))
    token = signed(new)

    with django_assert_num_queries(1):
        response = bearer(token)

    assert who(response) == {"service": "Clinic", "acts_for": None}


@pytest.mark.parametrize("scheme", ["Api-Key", "api-key", "API-KEY"])
def test_the_scheme_is_read_in_any_case(new: NewKey, scheme: str) -> None:
    assert calling(f"{scheme} {new.key}").get(WHO).status_code == 200


@pytest.mark.parametrize("key", ["", "alm_", "alm_" + "x" * 43, "x" * 47, "alm_" + "k" * 5_000, "alm_é", "alm_\x7f"])
def test_a_key_that_is_none_is_refused(new: NewKey, key: str) -> None:
    refused(with_key(key.encode().decode("latin-1")).get(WHO), 401, "AUTHENTICATION_REQUIRED")


def test_a_key_of_other_letter_case_is_another_key(new: NewKey) -> None:
    refused(with_key(new.key.upper()).get(WHO), 401, "AUTHENTICATION_REQUIRED")


def test_a_key_is_not_read_from_the_address(new: NewKey) -> None:
    refused(Client().get(f"{WHO}?api_key={new.key}"), 401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("change", [{"is_active": False}, {"expires_at": datetime(2024, 1, 1, tzinfo=UTC)}])
def test_a_service_that_may_not_call_any_more_is_refused_both_ways(new: NewKey, change: dict[str, Any]) -> None:
    ServiceAccount.objects.update(**change)

    refused(with_key(new.key).get(WHO), 401, "AUTHENTICATION_REQUIRED")
    refused(bearer(signed(new)), 401, "AUTHENTICATION_REQUIRED")


def test_a_key_whose_time_is_over_is_refused_both_ways(new: NewKey) -> None:
    ServiceKey.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    refused(with_key(new.key).get(WHO), 401, "AUTHENTICATION_REQUIRED")
    refused(bearer(signed(new)), 401, "AUTHENTICATION_REQUIRED")


def test_the_last_use_is_written_once_a_minute(new: NewKey, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    client = with_key(new.key)
    with django_assert_num_queries(2):
        client.get(WHO)
    first = ServiceKey.objects.get().last_used_at
    client.get(WHO)
    assert ServiceKey.objects.get().last_used_at == first

    ServiceKey.objects.update(last_used_at=clock.now() - timedelta(seconds=61))
    client.get(WHO)

    latest = ServiceKey.objects.get().last_used_at
    assert first is not None
    assert latest is not None
    assert latest >= first
    # It is bookkeeping, and no news to the audit log.
    entries = AuditEntry.objects.filter(target_table="accounts_serviceaccount").order_by("pk")
    assert list(entries.values_list("action", flat=True)) == ["created", "linked"]


def test_what_a_token_must_say(new: NewKey) -> None:
    late = seconds(minutes=10)
    wrong: dict[str, dict[str, Any]] = {
        "no issuer": {"iss": None},
        "another issuer": {"iss": UNKNOWN},
        "an issuer that is no id": {"iss": "clinic"},
        "an issuer in capitals": {"iss": str(new.service_id).upper()},
        "no time of issue": {"iat": None},
        "no end": {"exp": None},
        "issued in the future": {"iat": seconds(seconds=30), "exp": seconds(minutes=2)},
        "over a second ago": {"iat": seconds(minutes=-2), "exp": seconds(seconds=-1)},
        "a life of more than five minutes": {"exp": seconds(seconds=310)},
        "an end before its beginning": {"iat": seconds(seconds=5), "exp": seconds(seconds=3)},
        "a time as text": {"exp": str(seconds(minutes=1))},
        "a time as a fraction": {"exp": seconds(minutes=1) + 0.5},
        "a time as truth": {"iat": True},
        "a time far out": {"exp": 10**30},
        "a time below zero": {"iat": -1},
        "not before later": {"nbf": late},
        "not before as text": {"nbf": "soon"},
        "an id that is no text": {"jti": 7},
        "an endless id": {"jti": "x" * 101},
        "an audience that is not us": {"aud": "elsewhere"},
        "a list of audiences": {"aud": ["almanac", "elsewhere"]},
    }

    statuses = {what: bearer(signed(new, **claims)).status_code for what, claims in wrong.items()}

    assert statuses == dict.fromkeys(wrong, 401)


def test_a_token_may_name_us_as_its_audience(new: NewKey) -> None:
    assert bearer(signed(new, aud="almanac")).status_code == 200


def test_no_other_algorithm_is_read(new: NewKey) -> None:
    claims = {"iss": str(new.service_id), "iat": seconds(), "exp": seconds(minutes=1)}
    tokens = [
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode(claims, new.secret + new.secret, algorithm="HS512"),
        jwt.encode(claims, "x" * 43, algorithm="HS256"),
        jwt.encode(claims, new.key, algorithm="HS256"),
        jwt.encode(claims, new.secret, algorithm="HS256", headers={"crit": ["b64"], "b64": True}),
        jwt.encode(claims, new.secret, algorithm="HS256", headers={"jku": "https://evil.example/keys"}),
        signed(new)[:-2] + "xx",
        signed(new).rsplit(".", 1)[0] + ".",
    ]

    assert [bearer(token).status_code for token in tokens] == [401] * len(tokens)


@pytest.mark.parametrize("token", ["x", "x" * 5_000, "a.b.c", "é.é.é", "e30.e30.", "W10.W10.W10"])
def test_what_is_no_token_at_all_is_refused(new: NewKey, token: str) -> None:
    refused(bearer(token.encode().decode("latin-1")), 401, "AUTHENTICATION_REQUIRED")


def test_a_token_with_an_id_is_accepted_once(new: NewKey) -> None:
    other = keyed(clinic(READ, name="Hospital"), "alm_" + "h" * 43)
    token = signed(new, jti="one")

    assert bearer(token).status_code == 200
    refused(bearer(token), 401, "AUTHENTICATION_REQUIRED")
    assert bearer(signed(new, jti="two")).status_code == 200
    # Ids are the service's own: nobody uses up another one's.
    assert bearer(signed(other, jti="one")).status_code == 200


def test_a_token_without_an_id_is_good_until_its_end(new: NewKey) -> None:
    token = signed(new)

    assert [bearer(token).status_code, bearer(token).status_code] == [200, 200]


def test_a_key_in_use_outlives_a_change_of_the_platforms_secret(new: NewKey, settings: Settings) -> None:
    former = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret of the platform, long enough", [former]
    assert with_key(new.key).get(WHO).status_code == 200

    settings.SECRET_KEY_FALLBACKS = []

    assert with_key(new.key).get(WHO).status_code == 200
    assert bearer(signed(new)).status_code == 200


def test_a_secret_that_cannot_be_opened_any_more_signs_nothing(new: NewKey, settings: Settings) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another secret of the platform, long enough", []

    refused(bearer(signed(new)), 401, "AUTHENTICATION_REQUIRED")


@pytest.mark.parametrize("scope", [scope for scope in ServiceScope if scope != READ])
def test_every_other_scope_leaves_the_door_shut(scope: ServiceScope) -> None:
    new = keyed(clinic(scope))

    refused(with_key(new.key).get(WHO), 403, "INSUFFICIENT_PERMISSIONS")


def test_people_are_no_services(new: NewKey) -> None:
    alice, admin = person("Alice"), person("Anita", is_staff=True, is_superuser=True)

    for caller in (alice, admin):
        refused(bearer(str(token_of(caller))), 403, "INSUFFICIENT_PERMISSIONS")
    refused(Client().get(WHO), 401, "AUTHENTICATION_REQUIRED")


def test_services_are_no_people(new: NewKey) -> None:
    """Endpoints for people know neither keys nor the tokens of services."""
    for credentials in (f"Api-Key {new.key}", f"Bearer {signed(new)}"):
        refused(calling(credentials).get("/api/v1/auth/me"), 401, "AUTHENTICATION_REQUIRED")
        refused(calling(credentials).get("/api/v1/users/profile"), 401, "AUTHENTICATION_REQUIRED")
    assert not rules.staff(ServiceCaller(ServiceAccount.objects.get()))


def test_a_service_acts_for_somebody(new: NewKey, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    alice = person("Alice")
    client = with_key(new.key, **{"X-Act-For": str(alice.pk)})
    client.get(WHO)

    with django_assert_num_queries(2):
        response = client.get(WHO)

    assert who(response) == {"service": "Clinic", "acts_for": "Alice"}
    assert who(with_key(new.key).get(f"{SERVICES}/clients/{alice.pk}")) == {"client": "Alice"}


def test_without_the_scope_nobody_is_acted_for() -> None:
    """E292: in the header as in the path, and before anything is said about the person."""
    alice = person("Alice")
    new = keyed(clinic(READ, WRITE))

    for named in (str(alice.pk), UNKNOWN):
        refused(with_key(new.key, **{"X-Act-For": named}).get(WHO), 403, "INSUFFICIENT_PERMISSIONS")
        refused(with_key(new.key).get(f"{SERVICES}/clients/{named}"), 403, "INSUFFICIENT_PERMISSIONS")
    refused(with_key(new.key, **{"X-Act-For": str(alice.pk)}).post(WHO), 403, "INSUFFICIENT_PERMISSIONS")


def test_whom_nobody_can_act_for(new: NewKey) -> None:
    staff = person("Anita", is_staff=True)
    blocked = person("Bella", is_active=False)
    gone = person("Gone", is_active=False, erased_at=clock.now())
    statuses = {
        named: [
            with_key(new.key, **{"X-Act-For": named}).get(WHO).status_code,
            with_key(new.key).get(f"{SERVICES}/clients/{named}").status_code,
        ]
        for named in (str(staff.pk), str(blocked.pk), str(gone.pk), UNKNOWN)
    }

    assert list(statuses.values()) == [[403, 403], [403, 403], [404, 404], [404, 404]]


@pytest.mark.parametrize("named", ["", "alice@example.com", "1", UNKNOWN.upper(), f"{{{UNKNOWN}}}", f"{UNKNOWN}, x"])
def test_a_person_is_named_by_their_id(new: NewKey, named: str) -> None:
    error = refused(with_key(new.key, **{"X-Act-For": named}).get(WHO), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"X-Act-For": "INVALID"}


def test_header_and_path_name_the_same_person(new: NewKey) -> None:
    alice, charlie = person("Alice"), person("Charlie")
    client = with_key(new.key, **{"X-Act-For": str(alice.pk)})

    assert client.get(f"{SERVICES}/clients/{alice.pk}").status_code == 200
    error = refused(client.get(f"{SERVICES}/clients/{charlie.pk}"), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"X-Act-For": "MISMATCH"}


def test_an_action_for_somebody_asks_for_whom(new: NewKey) -> None:
    error = refused(with_key(new.key).post(WHO), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"X-Act-For": "REQUIRED"}


def test_the_header_does_nothing_for_people() -> None:
    alice, charlie = person("Alice"), person("Charlie")
    client = calling(f"Bearer {token_of(charlie)}", **{"X-Act-For": str(alice.pk)})

    assert client.get("/api/v1/auth/me").json()["data"]["id"] == str(charlie.pk)


def test_the_internal_api_is_not_there_for_anybody_else(new: NewKey) -> None:
    """A018: the very answer of a path that does not exist, from wherever and with whatever credentials."""
    there_is, nowhere = f"{SERVICES}/internal", f"{SERVICES}/nowhere"
    admin = person("Anita", is_staff=True, is_superuser=True)
    callers = [
        Client(),
        Client(headers={"X-Forwarded-For": "127.0.0.1"}, REMOTE_ADDR="127.0.0.1"),
        calling(f"Bearer {token_of(admin)}"),
        calling("Bearer nonsense"),
        with_key("alm_" + "x" * 43),
        calling(f"Bearer {signed(new, exp=1)}"),
    ]

    for client in callers:
        for method in ("get", "post", "options"):
            there, absent = getattr(client, method)(there_is), getattr(client, method)(nowhere)
            assert (there.status_code, there.json()["error"]["code"]) == (404, "RESOURCE_NOT_FOUND")
            assert absent.status_code == 404
            assert there.json()["error"]["message"] == absent.json()["error"]["message"]


def test_the_internal_api_asks_services_for_its_scope(new: NewKey) -> None:
    dispatcher = keyed(clinic(ServiceScope.INTERNAL_DISPATCH, name="Dispatch"), "alm_" + "d" * 43)

    refused(with_key(new.key).get(f"{SERVICES}/internal"), 403, "INSUFFICIENT_PERMISSIONS")
    assert who(with_key(dispatcher.key).get(f"{SERVICES}/internal")) == {"queue": []}


def test_a_service_has_a_limit_of_its_own(new: NewKey) -> None:
    other = keyed(clinic(READ, name="Hospital"), "alm_" + "h" * 43)
    ServiceAccount.objects.filter(name="Clinic").update(requests_per_minute=2)
    remember_platform_settings(PlatformSettings(service_per_minute=5, anonymous_per_minute=1), seconds=3600)

    answers = [with_key(new.key).get(WHO) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0]["RateLimit-Limit"] == "2"
    assert with_key(other.key).get(WHO)["RateLimit-Limit"] == "5"
    assert tier_of(ServiceCaller(ServiceAccount.objects.get(name="Clinic"))) is Tier.SERVICE


def test_the_api_document_says_how_services_call() -> None:
    generator: Any = SchemaGenerator(patterns=[path("api/v1/services/", include(services))])
    schema = generator.get_schema(request=None, public=True)

    operation = schema["paths"]["/api/v1/services/who"]["get"]
    internal = schema["paths"]["/api/v1/services/internal"]["get"]
    assert operation["security"] == [{"apiKeyAuth": []}, {"serviceTokenAuth": []}, {"bearerAuth": []}]
    assert internal["security"] == [{"apiKeyAuth": []}, {"serviceTokenAuth": []}]
    assert [parameter["name"] for parameter in operation["parameters"]] == ["X-Act-For"]
    assert set(schema["components"]["securitySchemes"]) == {"apiKeyAuth", "serviceTokenAuth", "bearerAuth"}
    assert [parameter["name"] for parameter in schema["paths"]["/api/v1/services/who"]["post"]["parameters"]] == [
        "Idempotency-Key",
        "X-Act-For",
    ]


def test_somebody_books_no_oftener_through_a_service(new: NewKey) -> None:
    alice, charlie = person("Alice"), person("Charlie")
    remember_platform_settings(PlatformSettings(bookings_per_minute=1), seconds=3600)

    answers = [with_key(new.key, **{"X-Act-For": str(who.pk)}).post(WHO) for who in (alice, alice, charlie)]

    assert [answer.status_code for answer in answers] == [200, 429, 200]


@pytest.mark.django_db(transaction=True)
def test_a_key_for_one_person_is_never_answered_with_anothers_result(new: NewKey) -> None:
    names = []
    for somebody in (person("Alice"), person("Charlie")):
        client = with_key(new.key, **{"X-Act-For": str(somebody.pk), "Idempotency-Key": "same"})
        client.post(WHO, {}, content_type="application/json")
        answer = client.post(WHO, {}, content_type="application/json")
        names.append((answer.json()["data"]["booked_for"], answer.headers.get("Idempotent-Replayed")))

    assert names == [("Alice", "true"), ("Charlie", "true")]
