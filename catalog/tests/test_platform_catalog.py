"""The platform's catalog: grouped, kept until it changes, and told apart by its ETag."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, DjangoCaptureOnCommitCallbacks, Settings

from catalog.models import Service, Tier
from catalog.selectors.catalog_version import renew_after_commit
from catalog.services.offers import archive_service
from catalog.tests.factories import category, service, specialist
from common.tests.probe.client import CAMEL, detail_codes, refused

pytestmark = pytest.mark.django_db

CATALOG = "/api/v1/services/catalog"


@pytest.fixture(autouse=True)
def _fresh(django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        renew_after_commit()


@pytest.fixture
def facial() -> Service:
    tier = Tier.objects.create(name="E-Lite", slug="e-lite")
    return service(None, category=category("Facial"), tier=tier, name="Facial - E-Lite", market_price_minor=180_000)


def get(**query: str) -> Any:
    return Client().get(CATALOG, query)


def names(response: Any) -> dict[str, list[str]]:
    groups = response.json()["data"]["categories"]
    return {group: [each["name"] for each in services] for group, services in groups.items()}


def test_services_are_grouped_by_the_name_of_their_category(facial: Service) -> None:
    waxing = category("Waxing", position=1)
    service(None, category=waxing, name="Arms")
    service(None, name="Something else")
    service(None, category=category("Hidden", is_active=False), name="Hidden")
    service(specialist("Bob"), category=waxing, name="Bob's own")

    response = get()

    assert names(response) == {"Facial": ["Facial - E-Lite"], "Waxing": ["Arms"], "Other": ["Something else"]}
    data = response.json()["data"]
    assert {each["name"] for each in data["all_services"]} == {"Facial - E-Lite", "Arms", "Something else"}
    shown = data["categories"]["Facial"][0]
    assert shown == {
        "id": str(facial.pk),
        "name": "Facial - E-Lite",
        "description": "",
        "category": "Facial",
        "category_slug": "facial",
        "tier": "E-Lite",
        "price": "1500.00",
        "product_cost": "1500.00",
        "market_price": "1800.00",
        "currency": "INR",
        "duration": 60,
        "duration_minutes": 60,
        "image_url": "",
    }
    assert data["last_updated"] == "2026-03-02T04:40:00Z"


@pytest.mark.parametrize(
    "query", [{"category": "Facial"}, {"category": "facial"}, {"tier": "e-lite"}, {"tier": "E-Lite"}]
)
def test_it_is_narrowed_by_slug_or_name(facial: Service, query: dict[str, str]) -> None:
    service(None, category=category("Waxing"), name="Arms")

    assert names(get(**query)) == {"Facial": [facial.name]}


def test_what_does_not_exist_is_an_empty_catalog() -> None:
    response = get(category="Alchemy")

    assert response.json()["data"] == {"categories": {}, "all_services": [], "last_updated": None}
    assert detail_codes(refused(get(colour="red"), 400, "VALIDATION_ERROR")) == {"colour": "UNKNOWN_FIELD"}


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_one_query_once(
    facial: Service, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        service(None, category=facial.category, name=f"Facial {n}")

    with django_assert_num_queries(1):
        first = get()
    with django_assert_num_queries(0):
        second, narrowed = get(), get(tier="e-lite")

    assert first.content == second.content
    assert len(second.json()["data"]["all_services"]) == count + 1
    assert len(narrowed.json()["data"]["all_services"]) == 1


def test_a_change_is_seen_after_its_commit(
    facial: Service, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    before = get()
    with django_capture_on_commit_callbacks(execute=False) as waiting:
        Service.objects.filter(pk=facial.pk).update(price_minor=99_900)
        renew_after_commit()
    during = get()
    for callback in waiting:
        callback()
    after = get()

    assert during.content == before.content
    assert after.json()["data"]["all_services"][0]["price"] == "999.00"
    assert after["ETag"] != before["ETag"]


def test_who_has_it_already_is_told_so(facial: Service, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    etag = get()["ETag"]

    for header in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        with django_assert_num_queries(0):
            response = Client(headers={"If-None-Match": header}).get(CATALOG)
        assert (response.status_code, response.content, response["ETag"]) == (304, b"", etag)
        assert response["Cache-Control"] == "public, no-cache"
    assert Client(headers={"If-None-Match": '"other"'}).get(CATALOG).status_code == 200


def test_each_question_and_spelling_has_an_etag_of_its_own(facial: Service) -> None:
    camel = Client(headers={"Accept": CAMEL})

    etags = {get()["ETag"], get(tier="e-lite")["ETag"], get(category="facial")["ETag"], camel.get(CATALOG)["ETag"]}

    assert len(etags) == 4
    assert camel.get(CATALOG).json()["data"]["allServices"][0]["marketPrice"] == "1800.00"


def test_without_redis_it_is_read_each_time(
    facial: Service, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    get()
    # Nobody listens on port 1, so every call to the cache is refused.
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}

    for price in ("1500.00", "999.00"):
        with django_assert_num_queries(1):
            response = get()
        assert response.json()["data"]["all_services"][0]["price"] == price
        Service.objects.filter(pk=facial.pk).update(price_minor=99_900)


def test_a_change_is_saved_without_redis(
    facial: Service, settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": "redis://127.0.0.1:1/0"}}

    with django_capture_on_commit_callbacks(execute=True):
        archive_service(facial, actor=None)

    facial.refresh_from_db()
    assert facial.archived_at is not None
    assert get().json()["data"]["all_services"] == []
