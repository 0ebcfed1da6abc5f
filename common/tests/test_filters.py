"""Filters read strictly what they declare, in both spellings, and refuse the rest by name."""

from typing import Any

import pytest

from accounts.models import User
from common.ids import new_id
from common.tests.probe.client import PROBE, client_of, detail_codes, refused

pytestmark = [pytest.mark.django_db, pytest.mark.urls("common.tests.probe.urls")]


@pytest.fixture
def staff() -> User:
    return User.objects.create_user("staff@example.com", is_staff=True, first_name="Zoe", telegram_id=900)


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice", last_name="Sharma", telegram_id=100)


@pytest.fixture
def bob() -> User:
    return User.objects.create_user("bob@example.com", first_name="Bob", last_name="Sharma", telegram_id=200)


def names(staff: User, /, **query: Any) -> list[str]:
    response = client_of(staff).get(PROBE + "/people", query)
    assert response.status_code == 200, response.content
    return [person["first_name"] for person in response.json()["data"]["people"]]


def problems(staff: User, /, **query: Any) -> dict[str, str]:
    return detail_codes(refused(client_of(staff).get(PROBE + "/people", query), 400, "VALIDATION_ERROR"))


def test_filters_narrow_the_list(staff: User, alice: User, bob: User) -> None:
    assert set(names(staff, min_number=150)) == {"Bob", "Zoe"}
    assert set(names(staff, minNumber=150, maxNumber=500)) == {"Bob"}
    assert set(names(staff, amount="199.50", staff="false")) == {"Bob"}
    assert set(names(staff, ids=f"{alice.pk},{bob.pk}")) == {"Alice", "Bob"}
    assert set(names(staff, id=alice.pk)) == {"Alice"}
    assert set(names(staff, created_after="2020-01-01T00:00:00+05:30")) == {"Alice", "Bob", "Zoe"}
    assert names(staff, created_year="2019") == []


def test_every_word_of_a_search_must_occur(staff: User, alice: User, bob: User) -> None:
    assert set(names(staff, search="sharma")) == {"Alice", "Bob"}
    assert set(names(staff, search="ali sharma")) == {"Alice"}
    assert names(staff, search="%") == []


def test_lists_are_sorted_by_what_is_allowed(staff: User, alice: User, bob: User) -> None:
    assert names(staff, sort_by="name") == ["Alice", "Bob", "Zoe"]
    assert names(staff, sortBy="-name") == ["Zoe", "Bob", "Alice"]


@pytest.mark.parametrize("value", ["password", "email", "name; DROP TABLE", "?", "-", "first_name", "name,-name"])
def test_any_other_order_is_refused(staff: User, value: str) -> None:
    assert problems(staff, sort_by=value) == {"sort_by": "INVALID_CHOICE"}


@pytest.mark.parametrize("name", ["password__startswith", "user__password", "is_superuser", "meta__a'b", "fields", "q"])
def test_an_unknown_parameter_is_refused_by_name(staff: User, name: str) -> None:
    assert problems(staff, **{name: "x"}) == {name: "UNKNOWN_FIELD"}


def test_two_spellings_must_agree(staff: User) -> None:
    assert names(staff, min_number=1, minNumber=1) == ["Zoe"]
    assert problems(staff, min_number=1, minNumber=2) == {"min_number": "AMBIGUOUS"}


def test_a_range_that_ends_before_it_starts_is_refused(staff: User) -> None:
    assert problems(staff, min_number=2, max_number=1) == {"max_number": "RANGE"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("amount", "1e-9999999"),
        ("amount", "NaN"),
        ("amount", "Infinity"),
        ("amount", "1_0"),
        ("amount", "--1"),
        ("amount", "1.2.3"),
        ("amount", "-1"),
        ("amount", "1" * 31),
        ("created_year", "0"),
        ("created_year", "-1"),
        ("created_year", "100000000"),
        ("created_on", "2026-02-30"),
        ("created_on", "0001-01-01"),
        ("created_on", "20260101"),
        ("created_after", "2026-01-01T10:00:00"),
        ("created_after", "9999-12-31T23:59:59-14:00"),
        ("min_number", "1" * 31),
        ("min_number", "1.5"),
        ("staff", "maybe"),
        ("language", "xx"),
        ("id", "1"),
        ("id", "{01940d2e-5c00-7a31-8f00-3f2a9be1c001}"),
        ("ids", "1,2"),
        ("ids", ","),
        ("search", " ".join("abcdefghi")),
        ("search", "x" * 101),
        ("search", ""),
        ("min_number", ""),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(staff: User, name: str, value: str) -> None:
    assert set(problems(staff, **{name: value})) == {name}


def test_a_list_of_ids_is_bounded(staff: User) -> None:
    assert problems(staff, ids=",".join(str(new_id()) for _ in range(101))) == {"ids": "MAX_LENGTH"}
