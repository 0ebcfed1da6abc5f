"""Reading reviews: lists, what they come to, and what readers are not told."""

import pytest
from pytest_django import DjangoAssertNumQueries

from bookings.tests.factories import completed, offered, somebody
from bookings.tests.review_calls import API, REVIEWS, listed, reviewed
from catalog.tests.factories import at, person
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_costs_the_same_whatever_its_length(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    bobs = offered()
    for number in range(count):
        reviewed(completed(bobs, at(f"{10 + number}:00"), alice=somebody(f"Alice{number}")))

    with django_assert_num_queries(3):
        found = listed(specialist_id=str(bobs.owner_id))
    with django_assert_num_queries(3):
        everywhere = listed()

    assert len(found["reviews"]) == found["total_reviews"] == found["pagination"]["total"] == count
    assert {name: found[name] for name in found if name != "pagination"} == {
        name: everywhere[name] for name in everywhere if name != "pagination"
    }


def test_a_list_is_narrowed_and_its_ratings_stay_whole() -> None:
    bobs, pauls = offered(), offered("Paul")
    for number, (service, stars) in enumerate([(bobs, 5), (bobs, 5), (bobs, 2), (pauls, 1)]):
        reviewed(completed(service, at(f"{10 + number}:00")), rating=stars)

    fives = listed(specialist_id=str(bobs.owner_id), rating=5)

    assert [each["rating"] for each in fives["reviews"]] == [5, 5]
    assert (fives["average_rating"], fives["total_reviews"]) == (4.0, 3)
    assert fives["rating_distribution"] == {"5": 2, "4": 0, "3": 0, "2": 1, "1": 0}
    assert fives["pagination"]["total"] == 2
    by_alice = listed(customer_id=str(somebody("Alice").pk), rating=1)
    assert (len(by_alice["reviews"]), by_alice["total_reviews"], by_alice["average_rating"]) == (1, 4, 3.2)
    of_pauls = listed(service_id=str(pauls.pk))
    assert (of_pauls["total_reviews"], of_pauls["average_rating"]) == (1, 1.0)


def test_nobody_has_said_anything_yet() -> None:
    nothing = listed(specialist_id=str(offered().owner_id))

    assert (nothing["reviews"], nothing["average_rating"], nothing["total_reviews"]) == ([], None, 0)
    assert nothing["rating_distribution"] == {"5": 0, "4": 0, "3": 0, "2": 0, "1": 0}


@pytest.mark.parametrize(
    "query", [{"rating": "6"}, {"rating": "4.5"}, {"specialist_id": "bob"}, {"stars": "5"}], ids=str
)
def test_what_is_no_filter_is_refused(query: dict[str, str]) -> None:
    error = refused(client_of(None).get(REVIEWS, query), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == set(query)


def test_readers_learn_neither_the_name_nor_the_booking() -> None:
    alice = person("Alice", last_name="Liddell")
    booking = completed(alice=alice)
    reviewed(booking)

    for reader in (None, person("Charlie")):
        [shown] = listed(reader)["reviews"]
        assert (shown["customer_name"], shown["booking_id"]) == ("Alice L.", None)
        text = str(listed(reader))
        assert "Liddell" not in text
        assert str(alice.pk) not in text
    assert listed(alice)["reviews"][0]["booking_id"] == str(booking.pk)


def test_the_list_is_read_in_camel_case_too() -> None:
    reviewed(completed())

    data = client_of(None).get(REVIEWS, headers={"Accept": CAMEL}).json()["data"]

    assert (data["averageRating"], data["ratingDistribution"]["5"]) == (5.0, 1)
    assert data["reviews"][0]["customerName"] == "Alice"


def test_pages_of_service_and_specialist_show_what_was_said_last() -> None:
    bobs = offered()
    for number in range(6):
        reviewed(completed(bobs, at(f"{10 + number}:00"), alice=somebody(f"Alice{number}")), comment=f"Number {number}")

    pages = [f"{API}/services/{bobs.pk}", f"{API}/specialists/{bobs.owner_id}"]
    shown = [client_of(None).get(page).json()["data"]["reviews"] for page in pages]

    assert shown[0] == shown[1]
    assert [each["comment"] for each in shown[0]] == [f"Number {number}" for number in (5, 4, 3, 2, 1)]
    assert set(shown[0][0]) == {"id", "rating", "comment", "tags", "customer_name", "reply", "created_at"}
