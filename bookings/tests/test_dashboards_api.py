"""What people see first, and the figures of specialists and of the platform."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group

from accounts.models import Address, User
from bookings.models import Booking
from bookings.services.cancelling import cancel_booking
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, completed, in_force, offered, reservation, somebody
from bookings.tests.series_factories import owner_of
from catalog.models import Service, Specialist, Standing
from catalog.tests.factories import at, person, room
from common.tests.probe.client import client_of, refused
from common.timeranges import TimeRange
from notifications.models import Notification

pytestmark = pytest.mark.django_db

API = "/api/v1"
Queries = Callable[[int], Any]


def data_of(user: User, path: str) -> dict[str, Any]:
    response = client_of(user).get(API + path)
    assert response.status_code == 200, response.content
    shown: dict[str, Any] = response.json()["data"]
    return shown


@pytest.fixture
def consultation() -> Service:
    return offered()


@pytest.fixture
def bob(consultation: Service) -> Specialist:
    return owner_of(consultation)


class TestDashboard:
    @pytest.mark.parametrize("count", [1, 3])
    def test_it_takes_as_many_queries_for_one_as_for_many(
        self, consultation: Service, count: int, django_assert_num_queries: Queries
    ) -> None:
        alice = somebody("Alice")
        for number in range(count):
            appointment(consultation, at("09:00") + timedelta(hours=number), alice=alice)
            Address.objects.create(user=alice, name=f"Place {number}", address_line1="1", city="Kolkata", pincode="1")
            Notification.objects.create(
                recipient=alice, kind="welcome", title="Hello", message="Welcome", event_key=str(number)
            )
        client = client_of(alice)

        with django_assert_num_queries(5):
            shown = client.get(f"{API}/dashboard").json()["data"]

        assert [len(shown[name]) for name in ("addresses", "recent_bookings", "notifications")] == [count] * 3

    def test_it_shows_me_and_what_i_booked_last_as_clocks_show_it_there(self, consultation: Service) -> None:
        alice = somebody("Alice")
        booked = appointment(consultation, at("10:00"), alice=alice)
        reservation(room(), alice=alice)
        appointment(consultation, at("13:00"), alice=somebody("Charlie"))

        shown = data_of(alice, "/dashboard")

        assert (shown["user"]["name"], shown["user"]["email"]) == ("Alice", "alice@example.com")
        rooms, visit = shown["recent_bookings"]
        assert rooms["resource"]["name"] == "Lotus Room"
        assert rooms["services"] == []
        assert visit == {
            "id": str(booked.pk),
            "booking_number": booked.number,
            "status": "pending",
            "booking_date": "2026-03-03",
            "booking_time": "10:00",
            "start_time": "2026-03-03T04:30:00Z",
            "timezone": "Asia/Kolkata",
            "currency": "INR",
            "grand_total": str(booked.total),
            "specialist": {"id": str(booked.specialist_id), "name": "Bob's"},
            "resource": None,
            "services": [{"name": "Consultation", "quantity": 1}],
        }

    def test_only_the_five_latest_are_shown(self) -> None:
        alice, lotus = somebody("Alice"), room()
        made = [
            reservation(
                lotus, TimeRange.lasting(at("09:00") + timedelta(hours=number), timedelta(hours=1)), alice=alice
            )
            for number in range(6)
        ]

        shown = data_of(alice, "/dashboard")

        assert [each["id"] for each in shown["recent_bookings"]] == [str(each.pk) for each in made[:0:-1]]


class TestSpecialistDashboard:
    PATH = "/analytics/specialist/dashboard"

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_takes_as_many_queries_for_one_as_for_many(
        self, consultation: Service, bob: Specialist, count: int, django_assert_num_queries: Queries
    ) -> None:
        for number in range(count):
            completed(consultation, at("09:00") + timedelta(hours=number), alice=somebody(f"Alice{number}"))
        client = client_of(bob.user)

        with django_assert_num_queries(6):
            response = client.get(API + self.PATH)

        assert response.json()["data"]["overview"]["total_bookings"] == count

    def test_it_tells_what_was_earned_by_what_and_how_many_came_again(
        self, consultation: Service, bob: Specialist
    ) -> None:
        massage = Service.objects.create(owner=bob, name="Massage", duration_minutes=60, price_minor=20_000)
        for hour in ("09:00", "10:00"):
            completed(consultation, at(hour), alice=somebody("Alice"))
        done = completed(massage, at("11:00"), alice=somebody("Charlie"))
        appointment(consultation, at("12:00"))
        cancel_booking(called_off := appointment(consultation, at("13:00")), actor=by_customer(called_off))
        completed(offered("Paul"), at("09:00"))
        Specialist.objects.filter(pk=bob.pk).update(rating_sum=9, rating_count=2)
        Standing.objects.create(specialist=bob, requests=10, requests_answered=9, answer_minutes=5)

        shown = data_of(bob.user, self.PATH)

        each = Booking.objects.filter(service=consultation).first()
        assert each is not None
        revenue = each.total * 2 + done.total
        assert shown["currency"] == "INR"
        assert shown["overview"] == {
            "total_revenue": str(revenue),
            "this_month_revenue": str(revenue),
            "total_bookings": 4,
            "this_month_bookings": 4,
            "average_rating": 4.5,
            "response_rate": 90,
            "cancellation_rate": 0,
        }
        assert [(top["name"], top["bookings"], top["revenue"]) for top in shown["top_services"]] == [
            ("Consultation", 2, str(each.total * 2)),
            ("Massage", 1, str(done.total)),
        ]
        assert shown["customer_satisfaction"] == {"average_rating": 4.5, "response_rate": 90, "repeat_customers": 50}

    def test_half_past_midnight_counts_on_the_new_day_of_the_business(
        self, consultation: Service, bob: Specialist, travel: Travel
    ) -> None:
        """U50: in UTC both of these are in March."""
        for wall, day in (("23:30", date(2026, 3, 31)), ("00:30", date(2026, 4, 1))):
            booking = completed(consultation, at("10:00", date(2026, 3, 4 + day.month)), alice=somebody("Alice"))
            starts = at(wall, day)
            Booking.objects.filter(pk=booking.pk).update(starts_at=starts, ends_at=starts + timedelta(hours=1))
        travel(at("12:00", date(2026, 4, 1)))

        shown = data_of(bob.user, self.PATH)

        one = str(Booking.objects.all()[0].total)
        assert shown["revenue_chart"][-2:] == [
            {"month": "2026-03", "revenue": one},
            {"month": "2026-04", "revenue": one},
        ]
        assert shown["revenue_chart"][0]["month"] == "2025-05"
        assert (shown["overview"]["this_month_revenue"], shown["overview"]["this_month_bookings"]) == (one, 1)

    def test_who_has_just_begun_has_noughts_and_nothing_that_would_be_a_guess(self, bob: Specialist) -> None:
        shown = data_of(bob.user, self.PATH)

        assert shown["overview"]["total_revenue"] == "0.00"
        assert [each["revenue"] for each in shown["revenue_chart"]] == ["0.00"] * 12
        assert shown["top_services"] == []
        assert set(shown["customer_satisfaction"].values()) == {None}

    def test_whoever_is_no_specialist_has_no_figures(self) -> None:
        refused(client_of(somebody("Alice")).get(API + self.PATH), 403, "INSUFFICIENT_PERMISSIONS")


class TestPlatformMetrics:
    PATH = "/analytics/platform/metrics"

    @pytest.mark.parametrize("count", [1, 3])
    def test_it_takes_as_many_queries_for_one_as_for_many(
        self, consultation: Service, count: int, django_assert_num_queries: Queries
    ) -> None:
        for number in range(count):
            completed(consultation, at("09:00") + timedelta(hours=number), alice=somebody(f"Alice{number}"))
        client = client_of(person("Dana", is_staff=True))

        with django_assert_num_queries(3):
            response = client.get(API + self.PATH)

        assert response.json()["data"]["bookings"]["total"] == count

    def test_it_counts_people_bookings_and_revenue(self, consultation: Service, travel: Travel) -> None:
        in_force(commission_percent=10)
        bob = owner_of(consultation).user
        bob.groups.add(Group.objects.get(name="Specialists"))
        dana = person("Dana", is_staff=True)
        done = [completed(consultation, at(hour), alice=somebody("Alice")) for hour in ("09:00", "10:00")]
        cancel_booking(called_off := appointment(consultation, at("13:00")), actor=by_customer(called_off))
        reservation(room())
        User.objects.update(created_at=at("23:30", date(2026, 3, 31)))
        charlie = person("Charlie")
        User.objects.filter(pk=charlie.pk).update(created_at=at("00:10", date(2026, 4, 1)))
        travel(at("00:30", date(2026, 4, 1)))

        shown = data_of(dana, self.PATH)

        assert shown == {
            "users": {
                "total": 3,
                "customers": 2,
                "specialists": 1,
                "growth": {"this_month": 1, "last_month": 2},
            },
            "bookings": {"total": 4, "this_month": 0, "completion_rate": 66, "average_value": str(done[0].total)},
            "revenue": {
                "currency": "INR",
                "total": str(done[0].total * 2),
                "this_month": "0.00",
                "commission_earned": "300.00",
            },
        }

    def test_only_staff_see_it(self, consultation: Service) -> None:
        for user in (somebody("Alice"), owner_of(consultation).user):
            refused(client_of(user).get(API + self.PATH), 403, "INSUFFICIENT_PERMISSIONS")
