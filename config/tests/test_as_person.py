"""Staff who help somebody see what that one sees: with a reason, for a while, and without changing anything."""

from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import InternalError, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.tests.conftest import travel  # noqa: F401 - all of it takes place on one day
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment
from common import clock
from common.models import AuditEntry
from config.backoffice import as_person

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def booking() -> Booking:
    return appointment()


@pytest.fixture
def desk() -> Client:
    return dana_as(StaffRole.SUPPORT)[1]


def look(desk: Client, person: User, name: str = "dashboard") -> Any:
    return desk.get(reverse("admin:as_person_page", args=[person.pk, name]))


def give_a_reason(desk: Client, person: User, reason: str = "She called") -> Any:
    return desk.post(reverse("admin:as_person", args=[person.pk]), {"reason": reason})


def test_support_sees_what_alice_sees_and_the_audit_log_knows(desk: Client, booking: Booking) -> None:
    alice = booking.customer
    link = reverse("admin:as_person", args=[alice.pk])

    assert link in desk.get(reverse("admin:accounts_user_change", args=[alice.pk])).content.decode()
    assert give_a_reason(desk, alice).status_code == 302
    pages = {name: look(desk, alice, name) for name in as_person.PAGES}

    assert {page.status_code for page in pages.values()} == {200}
    assert {page.context["is_answered"] for page in pages.values()} == {True}
    assert booking.number in pages["bookings"].content.decode()
    told = AuditEntry.objects.about(alice).filter(action__endswith=" as").order_by("id")
    assert [(entry.action, entry.reason, entry.data) for entry in told][:2] == [
        ("began to look as", "She called", {}),
        ("looked as", "", {"page": "dashboard"}),
    ]
    assert told.count() == 1 + len(as_person.PAGES)


def test_nothing_is_seen_without_a_reason_or_after_a_while(
    desk: Client, booking: Booking, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, now = booking.customer, clock.now()
    why = reverse("admin:as_person", args=[alice.pk])

    assert look(desk, alice).headers["Location"] == why
    assert give_a_reason(desk, alice, "x").status_code == 200
    assert look(desk, alice).headers["Location"] == why
    give_a_reason(desk, alice)
    assert look(desk, alice).status_code == 200
    assert look(desk, User.objects.create_user("charlie@example.com")).status_code == 302
    monkeypatch.setattr(clock, "now", lambda: now + as_person.LASTS + timedelta(minutes=1))
    assert look(desk, alice).headers["Location"] == why


def test_the_database_refuses_to_write_meanwhile(booking: Booking, monkeypatch: pytest.MonkeyPatch) -> None:
    class Writing:
        args: ClassVar[tuple[()]] = ()
        kwargs: ClassVar[dict[str, Any]] = {}

        def func(self, *_: Any) -> None:
            User.objects.update(first_name="Mallory")

    monkeypatch.setattr(as_person, "resolve", lambda _path: Writing())

    with pytest.raises(InternalError, match="read-only transaction"), transaction.atomic():
        as_person._answered(booking.customer, "/api/v1/dashboard")

    booking.customer.refresh_from_db()
    assert booking.customer.first_name == "Alice"
    assert User.objects.filter(pk=booking.customer_id).update(first_name="Alicia") == 1


def test_staff_and_the_erased_are_not_looked_at_and_finance_looks_at_nobody(desk: Client, booking: Booking) -> None:
    erased = User.objects.create_user("gone@example.com", erased_at=clock.now())
    boss = User.objects.create_user("boss@example.com", is_staff=True)
    finance = dana_as(StaffRole.FINANCE, "Farah")[1]

    assert give_a_reason(desk, boss).status_code == 403
    assert give_a_reason(desk, erased).status_code == 404
    assert give_a_reason(finance, booking.customer).status_code == 403
    assert look(finance, booking.customer).status_code == 403
    give_a_reason(desk, booking.customer)
    assert look(desk, booking.customer, "secrets").status_code == 404
    assert not AuditEntry.objects.filter(action__endswith=" as").exclude(target_id=booking.customer_id).exists()
