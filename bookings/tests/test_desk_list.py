"""The list of bookings at the desk: found, filtered, and taken away as a file."""

import csv
from io import StringIO

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.tests.desk import LIST, dana_as, in_bulk, listed
from bookings.tests.factories import appointment, completed, offered, reservation, somebody
from catalog.tests.factories import MONDAY, at, between, person, room
from common.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> tuple[User, Client]:
    return dana_as(StaffRole.ADMIN)


@pytest.fixture
def desk(dana: tuple[User, Client]) -> Client:
    return dana[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_its_length(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        appointment(offered(f"Bob{number}"), alice=person(f"Alice{number}"))

    # What is kept for all pages is asked for once.
    listed(desk)
    with django_assert_num_queries(7):
        assert len(listed(desk)) == count
    with django_assert_num_queries(8):
        assert len(listed(desk, q="Alice")) == count


def test_filters_find_what_they_say(desk: Client) -> None:
    haircut = offered("Bob")
    waiting, studio = appointment(haircut), room()
    reserved = reservation(studio, between("12:00", "13:00"), source="telegram")
    done = completed(offered("Ben"), at("15:00"))
    Booking.objects.filter(pk=done.pk).update(payment_status="paid")

    assert listed(desk, status__exact="pending") == {waiting.number}
    assert listed(desk, kind__exact="reservation") == {reserved.number}
    assert listed(desk, payment_status__exact="paid") == {done.number}
    assert listed(desk, source__exact="telegram") == {reserved.number}
    assert listed(desk, specialist__id__exact=haircut.owner_id) == {waiting.number}
    assert listed(desk, resource__id__exact=studio.pk) == {reserved.number}


def test_days_are_the_business_days(desk: Client) -> None:
    """One in the morning of Tuesday in Kolkata is Monday evening in UTC."""
    early = reservation(room("00:00-00:00"), between("01:00", "02:00"))
    late = reservation(room("00:00-00:00", name="Sun Room"), between("22:00", "23:00", MONDAY))

    tuesday = {"starts_at__year": 2026, "starts_at__month": 3, "starts_at__day": 3}
    assert listed(desk, **tuesday) == {early.number}
    assert listed(desk, **{**tuesday, "starts_at__day": 2}) == {late.number}
    assert listed(desk, starts_at_from="2026-03-03") == {early.number}
    assert listed(desk, starts_at_to="2026-03-02") == {late.number}
    assert listed(desk, starts_at_from="2026-03-02", starts_at_to="2026-03-03") == {early.number, late.number}
    assert listed(desk, starts_at_from="soon", starts_at_to="9999-12-31") == {early.number, late.number}


@pytest.mark.parametrize(
    "text", ["alice@Example.com ", "+91 98765 43210", "919876543210", "ali", "Ali Liddell", "liddell", "BK-2026", "id"]
)
def test_people_are_looked_up_by_whatever_they_say(desk: Client, text: str) -> None:
    alice = person("Alice", last_name="Liddell", phone_number="+919876543210")
    hers = appointment(alice=alice)

    assert listed(desk, q=str(hers.pk) if text == "id" else text) == {hers.number}


@pytest.mark.parametrize("text", ["charlie", "a", "lice", "+919876543211", "BK-1999", "%", "x@example.com", "0" * 400])
def test_what_nobody_is_called_finds_nothing(desk: Client, text: str) -> None:
    appointment(alice=person("Alice", last_name="Liddell", phone_number="+919876543210"))

    assert listed(desk, q=text) == set()


def test_the_file_has_totals_in_each_currency_and_no_formulas(dana: tuple[User, Client]) -> None:
    user, desk = dana
    alice = person("Alice", last_name="=HYPERLINK(1)")
    first = appointment(alice=alice)
    second = appointment(offered("Ben"), at("12:00"), alice=alice)
    foreign = appointment(offered("Jo", currency="USD", price_minor=2_000), at("15:00"), alice=alice)

    response = in_bulk(desk, "export_csv", first, second, foreign)
    content = b"".join(response.streaming_content).decode("utf-8-sig")

    lines = list(csv.DictReader(StringIO(content)))
    assert [line["number"] for line in lines] == [first.number, second.number, foreign.number, "Total INR", "Total USD"]
    assert [line["total"] for line in lines] == ["1770.00", "1770.00", "23.60", "3540.00", "23.60"]
    assert (lines[0]["starts"], lines[0]["customer"]) == ("2026-03-03T10:00+05:30", "Alice =HYPERLINK(1)")
    assert lines[0]["with"] == "Bob's"
    entry = AuditEntry.objects.get(action="exported")
    assert (entry.actor_id, entry.target_table) == (user.pk, "bookings_booking")


@pytest.mark.parametrize("role", StaffRole)
def test_only_those_take_the_list_away_who_may(role: StaffRole) -> None:
    booking = appointment()
    _, desk = dana_as(role)

    response = in_bulk(desk, "export_csv", booking)

    assert response.streaming is (role != StaffRole.SUPPORT)
    assert ("export_csv" in str(desk.get(reverse(LIST)).content)) is (role != StaffRole.SUPPORT)


def test_a_name_that_is_a_formula_stays_text(desk: Client) -> None:
    alice = somebody("Alice")
    User.objects.filter(pk=alice.pk).update(first_name="=1+1")

    response = in_bulk(desk, "export_csv", appointment(alice=alice))

    assert "'=1+1" in b"".join(response.streaming_content).decode()
