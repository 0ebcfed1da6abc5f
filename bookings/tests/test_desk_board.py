"""The day on a board, a person's bookings, the first page's cards, and series, as the desk sees them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.selectors.day_board import laid_out
from bookings.selectors.desk import totals_of
from bookings.services.cancelling import cancel_booking
from bookings.tests.conftest import Travel
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, by_staff, completed, offered, reservation, somebody
from catalog.services.time_off import take_time_off
from catalog.tests.factories import at, between, person, room, service, specialist
from common.money import Money

pytestmark = pytest.mark.django_db

BOARD = "admin:bookings_day"
TUESDAY = {"day": "2026-03-03"}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk() -> Client:
    return dana_as(StaffRole.ADMIN)[1]


@pytest.mark.parametrize("count", [1, 3])
def test_the_board_costs_the_same_however_much_is_on_it(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        appointment(offered(f"Bob{number}"), alice=person(f"Alice{number}"))

    desk.get(reverse(BOARD), TUESDAY)
    with django_assert_num_queries(7):
        page = desk.get(reverse(BOARD), TUESDAY)

    assert len(page.context["lines"]) == count


def test_the_board_shows_everybody_s_day(desk: Client) -> None:
    haircut = service(specialist("Bob"), room=room(), name="Haircut")
    shared = appointment(haircut, alice=person("Alice", last_name="<Liddell>"))
    gone = appointment(haircut, at("14:00"))
    cancel_booking(gone, actor=by_staff(), reason="Bob is ill")
    tomorrow = appointment(haircut, at("10:00") + timedelta(days=1))
    take_time_off(shared.calendar, between("15:00", "16:00"), reason="Doctor", actor=somebody("Bob"))  # type: ignore[arg-type]

    page = desk.get(reverse(BOARD), TUESDAY)

    told = page.content.decode()
    assert [each.number for _, each, _, _ in page.context["lines"]] == [shared.number]
    assert told.count("10:00–11:00 Alice &lt;Liddell&gt;: Haircut") == 4  # On both rows, as a block and as its link.
    assert "<title>Time off</title>" in told
    assert gone.number not in told
    assert tomorrow.number not in told
    assert reverse("admin:bookings_booking_step", args=[shared.pk, "reschedule"]) in told


def test_a_calendar_alone_is_shown_on_its_own_clock(desk: Client) -> None:
    studio = room("00:00-00:00", timezone="America/New_York")
    late = reservation(studio, between("08:00", "09:00"))

    page = desk.get(reverse(BOARD), {"calendar": str(studio.calendar.pk), "day": "2026-03-02"})

    assert [(when, each) for when, each, _, _ in page.context["lines"]] == [("21:30 – 22:30", late)]
    assert desk.get(reverse(BOARD), {"calendar": "x"}).status_code == 404


@pytest.mark.parametrize("day", ["", "soon", "2026-02-30", "9999-12-31", "0001-01-01"])
def test_a_day_that_is_none_is_today(desk: Client, day: str) -> None:
    page = desk.get(reverse(BOARD), {"day": day, "page": "x"})

    assert (page.status_code, page.context["day"]) == (200, "2026-03-02")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_days_of_23_and_25_hours_are_drawn(desk: Client, day: str) -> None:
    berlin = specialist("Bo", "00:00-00:00", timezone="Europe/Berlin")

    page = desk.get(reverse(BOARD), {"calendar": str(berlin.calendar.pk), "day": day})

    assert page.content.decode().count(">02:00</text>") == (0 if day.startswith("2026-03") else 2)


def test_bookings_that_overlap_lie_side_by_side() -> None:
    hall = room(capacity=3)
    times = [("10:00", "11:00"), ("10:30", "11:30"), ("11:00", "12:00"), ("10:45", "11:15")]
    first, second, third, fourth = (
        reservation(hall, between(*time), alice=person(f"Alice{n}")) for n, time in enumerate(times)
    )

    assert laid_out([fourth, third, second, first]) == [[first, third], [second], [fourth]]


def test_finance_looks_and_moves_nothing() -> None:
    booking = appointment()
    _, finance = dana_as(StaffRole.FINANCE)

    told = finance.get(reverse(BOARD), TUESDAY).content.decode()

    assert booking.number in told
    assert "step/reschedule" not in told
    assert reverse("admin:bookings_booking_add") not in told


def test_a_person_s_page_tells_of_their_bookings(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice = somebody("Alice")
    done = completed(alice=alice)
    foreign = completed(offered("Jo", currency="USD", price_minor=2_000), at("12:00"), alice=alice)
    ahead = appointment(offered("Ben"), at("14:00"), alice=alice)
    gone = appointment(offered("Kim"), at("16:00"), alice=alice)
    cancel_booking(gone, actor=by_staff(), reason="Kim is ill")

    with django_assert_num_queries(1):
        totals = totals_of(alice)
    told = desk.get(reverse("admin:accounts_user_change", args=[alice.pk])).content.decode()

    assert (totals.all, totals.upcoming, totals.completed, totals.cancelled, totals.no_shows) == (4, 1, 2, 1, 0)
    assert totals.worth == (Money(177_000, "INR"), Money(2_360, "USD"))
    assert all(each.number in told for each in (done, foreign, ahead, gone))
    assert "1770.00 INR + 23.60 USD" in told


@pytest.mark.parametrize("count", [1, 3])
def test_a_person_s_page_costs_the_same_however_much_they_booked(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    alice = somebody("Alice")
    haircut = offered()
    for number in range(count):
        appointment(haircut, at(f"1{number}:00"), alice=alice)

    page = reverse("admin:accounts_user_change", args=[alice.pk])
    desk.get(page)
    with django_assert_num_queries(10):
        desk.get(page)


def test_who_may_not_see_bookings_sees_none_on_a_person_s_page(desk: Client) -> None:
    booking = appointment()
    user, clerk = dana_as(StaffRole.FINANCE, "Finn")
    group = user.groups.get()
    group.permissions.remove(*group.permissions.filter(codename="view_booking"))

    told = clerk.get(reverse("admin:accounts_user_change", args=[booking.customer_id]))

    assert (told.status_code, booking.number in told.content.decode()) == (200, False)


def test_the_first_page_counts_the_day(desk: Client, travel: Travel) -> None:
    haircut = offered()
    appointment(haircut)
    completed(haircut, at("14:00"))
    appointment(haircut, at("10:00") + timedelta(days=2))
    travel(at("09:00"))
    User.objects.filter(pk=somebody("Alice").pk).update(first_name="Alice")

    cards = {card.title: card for card in desk.get(reverse("admin:index")).context["cards"]}

    today, waiting, ahead = (
        cards[title] for title in ("Bookings today", "Waiting for confirmation", "Bookings to come")
    )
    assert (today.figure, today.note) == ("1", "1 completed, 1 waiting for confirmation")
    assert (waiting.figure, waiting.state, waiting.note) == ("2", "good", "None for more than a day")
    assert ahead.figure == "2"

    Booking.objects.update(created_at=at("09:00") - timedelta(days=2))
    cards = {card.title: card for card in desk.get(reverse("admin:index")).context["cards"]}
    assert (cards["Waiting for confirmation"].state, cards["Waiting for confirmation"].figure) == ("bad", "2")
