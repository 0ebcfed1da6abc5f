"""Lists by page."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from common.tests.probe.client import CAMEL, PROBE, client_of, detail_codes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff@example.com", is_staff=True)


def add_people(count: int) -> None:
    User.objects.bulk_create(User(email=f"person{number}@example.com") for number in range(count))


def test_the_named_list_and_what_is_known_about_the_whole(staff: User) -> None:
    add_people(44)

    data = client_of(staff).get(PROBE + "/people?page=2").json()["data"]

    assert set(data) == {"people", "pagination"}
    assert len(data["people"]) == 20
    assert data["pagination"] == {
        "page": 2,
        "limit": 20,
        "total": 45,
        "total_pages": 3,
        "has_next": True,
        "has_prev": True,
    }


def test_pages_together_are_the_whole_without_repetition(staff: User) -> None:
    add_people(24)
    client = client_of(staff)

    pages = [client.get(f"{PROBE}/people?limit=10&page={page}").json()["data"]["people"] for page in (1, 2, 3)]

    assert [len(page) for page in pages] == [10, 10, 5]
    assert len({person["id"] for page in pages for person in page}) == 25


def test_a_page_after_the_last_is_empty(staff: User) -> None:
    data = client_of(staff).get(PROBE + "/people?page=9").json()["data"]

    assert data["people"] == []
    assert data["pagination"]["has_next"] is False
    assert data["pagination"]["total"] == 1


def test_camel_clients_read_the_facts_in_their_spelling(staff: User) -> None:
    data = client_of(staff).get(PROBE + "/people", headers={"Accept": CAMEL}).json()["data"]

    assert set(data["pagination"]) == {"page", "limit", "total", "totalPages", "hasNext", "hasPrev"}


@pytest.mark.parametrize("extra", [0, 2])
def test_a_list_costs_three_queries_whatever_its_length(
    staff: User, extra: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add_people(extra)
    client = client_of(staff)

    with django_assert_num_queries(3):
        response = client.get(PROBE + "/people")

    assert len(response.json()["data"]["people"]) == extra + 1


@pytest.mark.parametrize("value", ["0", "-1", "1.0", "abc", "", "1e3", "١", "+1", " 1", "10002", "1" * 31, "0x1"])
@pytest.mark.parametrize("name", ["page", "limit"])
def test_a_page_that_cannot_be_is_refused_by_name(staff: User, name: str, value: str) -> None:
    error = refused(client_of(staff).get(PROBE + "/people", {name: value}), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {name}


@pytest.mark.parametrize(
    ("query", "name"), [("limit=101", "limit"), ("limit=1000000", "limit"), ("page=102&limit=100", "page")]
)
def test_nobody_pages_through_everything(staff: User, query: str, name: str) -> None:
    error = refused(client_of(staff).get(f"{PROBE}/people?{query}"), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {name: "OUT_OF_RANGE"}


@pytest.mark.parametrize("parameter", ["offset=20000", "size=1000000", "cursor=cD0y", "format=xml", "fields=password"])
def test_parameters_of_other_ways_to_page_are_unknown(staff: User, parameter: str) -> None:
    error = refused(client_of(staff).get(f"{PROBE}/people?{parameter}"), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {parameter.partition("=")[0]: "UNKNOWN_FIELD"}


def test_a_parameter_with_two_values_is_refused(staff: User) -> None:
    error = refused(client_of(staff).get(f"{PROBE}/people?page=1&page=2"), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == {"page": "AMBIGUOUS"}
