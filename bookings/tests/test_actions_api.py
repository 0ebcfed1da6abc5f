"""What is done to a booking over the API: by whom, with which answer, and what a refusal leaves as it was."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from bookings.models import Booking, TimelineEntry
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.tests.api_calls import BOOKINGS, booked, get, patch, put, step
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, offered, reservation, somebody
from catalog.models import Occupancy
from catalog.tests.factories import NOW, at, between, room, rows
from common.ids import new_id
from common.models import OutboxEvent
from common.tests.probe.client import CAMEL, client_of, detail_codes, refused

pytestmark = pytest.mark.django_db

ACTIONS = ("confirm", "start", "complete", "no-show", "cancel", "reschedule")
LATER = {"start_time": "2026-03-05T14:00:00+05:30"}


@pytest.fixture
def booking() -> Booking:
    return appointment(offered(), at("10:00") + timedelta(days=2))


@pytest.fixture
def bob(booking: Booking) -> User:
    assert booking.specialist is not None
    return booking.specialist.user


def everything() -> tuple[Any, ...]:
    return (
        list(Booking.objects.order_by("pk").values_list()),
        list(TimelineEntry.objects.order_by("pk").values_list()),
        list(Occupancy.objects.order_by("pk").values_list()),
        OutboxEvent.objects.count(),
    )


def test_from_yes_to_done(booking: Booking, bob: User, travel: Travel) -> None:
    said = {
        "meetingLink": "https://meet.example.com/booking123",
        "preparationNotes": "Please prepare financial statements",
    }
    confirmed = booked(step(bob, booking, "confirm", said, Accept=CAMEL))
    travel(booking.starts_at)
    started = booked(step(bob, booking, "start"))
    done = booked(
        step(
            bob,
            booking,
            "complete",
            {
                "completionNotes": "Session completed successfully",
                "deliverables": ["Strategic roadmap document", "Action items list"],
            },
        )
    )

    assert (confirmed["status"], confirmed["meetingLink"]) == ("confirmed", "https://meet.example.com/booking123")
    assert (started["status"], started["started_at"]) == ("in_progress", "2026-03-05T04:30:00Z")
    assert (done["status"], done["deliverables"]) == (
        "completed",
        ["Strategic roadmap document", "Action items list"],
    )
    assert [each["action"] for each in done["timeline"]] == ["create", "confirm", "start", "complete"]


def test_who_did_not_come(booking: Booking, bob: User, travel: Travel) -> None:
    """E109."""
    confirm_booking(booking, actor=by_specialist(booking))
    travel(booking.starts_at + timedelta(minutes=14))

    early = refused(step(bob, booking, "no-show"), 422, "BUSINESS_RULE_VIOLATION")
    travel(booking.starts_at + timedelta(minutes=15))

    assert detail_codes(early) == {"": "GRACE_PERIOD"}
    assert booked(step(bob, booking, "no-show", {"reason": "Nobody came"}))["status"] == "no_show"


def test_a_customer_moves_it_and_calls_it_off(booking: Booking) -> None:
    moved = booked(step(booking.customer, booking, "reschedule", {**LATER, "reason": "Later is better"}))
    gone = booked(step(booking.customer, booking, "cancel", {"reason": "I am ill", "notify_attendees": False}))

    assert (moved["start_time"], moved["timeline"][1]["reason"]) == ("2026-03-05T08:30:00Z", "Later is better")
    assert gone["cancellation"] == {"by": "customer", "reason": "I am ill", "at": "2026-03-02T04:40:00Z"}
    assert not Occupancy.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"newScheduledAt": "2026-03-16T14:00:00+05:30", "reason": "Customer request"},
        {"new_start_time": "2026-03-16T14:00:00+05:30"},
        {"booking_date": "2026-03-16", "booking_time": "2:00 PM"},
        {"start_time": "2026-03-16T14:00:00+05:30", "end_time": "2026-03-16T15:00:00+05:30"},
    ],
)
def test_a_new_time_is_written_in_many_ways(booking: Booking, body: dict[str, Any]) -> None:
    assert booked(step(booking.customer, booking, "reschedule", body))["start_time"] == "2026-03-16T08:30:00Z"


@pytest.mark.parametrize(
    ("body", "codes"),
    [
        ({}, {"start_time": "REQUIRED"}),
        ({"start_time": "2026-03-05T14:00:00"}, {"start_time": "TIMEZONE_REQUIRED"}),
        ({**LATER, "new_start_time": "2026-03-05T15:00:00+05:30"}, {"new_start_time": "AMBIGUOUS"}),
        ({**LATER, "end_time": LATER["start_time"]}, {"end_time": "RANGE"}),
        ({**LATER, "status": "confirmed"}, {"status": "UNKNOWN_FIELD"}),
        ({"booking_time": "10:00"}, {"booking_date": "REQUIRED"}),
    ],
)
def test_a_new_time_that_makes_no_sense_is_refused(
    booking: Booking, body: dict[str, Any], codes: dict[str, str]
) -> None:
    before = everything()

    error = refused(step(booking.customer, booking, "reschedule", body), 400, "VALIDATION_ERROR")

    assert detail_codes(error) == codes
    assert everything() == before


def test_a_taken_time_is_a_conflict_and_the_old_one_stays(booking: Booking) -> None:
    """E101."""
    appointment(booking.service, at("14:00") + timedelta(days=2), alice=somebody("Charlie"))
    before = everything()

    error = refused(step(booking.customer, booking, "reschedule", LATER), 409, "BOOKING_CONFLICT")

    assert error["conflicts"] == [{"start_time": "2026-03-05T08:30:00Z", "end_time": "2026-03-05T09:30:00Z"}]
    assert everything() == before


def test_an_illegal_step_changes_nothing(booking: Booking, bob: User) -> None:
    """E090, E091."""
    step(bob, booking, "confirm")
    before = everything()

    refused(step(bob, booking, "confirm"), 409, "INVALID_TRANSITION")
    refused(step(booking.customer, booking, "confirm"), 409, "INVALID_TRANSITION")
    refused(step(bob, booking, "complete"), 422, "BUSINESS_RULE_VIOLATION")

    assert everything() == before


def test_what_has_begun_is_not_cancelled_by_its_customer(booking: Booking, travel: Travel) -> None:
    """E095."""
    travel(booking.starts_at)
    before = everything()

    error = refused(step(booking.customer, booking, "cancel"), 422, "CANCELLATION_NOT_ALLOWED")
    refused(client_of(booking.customer).delete(f"{BOOKINGS}/{booking.pk}"), 422, "CANCELLATION_NOT_ALLOWED")

    assert detail_codes(error) == {"": "AFTER_START"}
    assert everything() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_strangers_find_nothing_and_guests_may_only_look(booking: Booking, action: str) -> None:
    """E110, A001, A002."""
    Booking.objects.filter(pk=booking.pk).update(attendees=[str(somebody("Priya").pk)])
    before = everything()

    refused(step(somebody("Charlie"), booking, action, LATER), 404, "RESOURCE_NOT_FOUND")
    refused(step(somebody("Priya"), booking, action, LATER), 403, "INSUFFICIENT_PERMISSIONS")
    refused(step(None, booking, action, LATER), 401, "AUTHENTICATION_REQUIRED")

    assert everything() == before


@pytest.mark.parametrize("action", ["confirm", "start", "complete", "no-show"])
def test_a_customer_does_not_take_the_specialists_steps(booking: Booking, action: str, travel: Travel) -> None:
    if action != "confirm":
        confirm_booking(booking, actor=by_specialist(booking))
    travel(booking.starts_at + timedelta(minutes=20))
    before = everything()

    refused(step(booking.customer, booking, action), 403, "INSUFFICIENT_PERMISSIONS")

    assert everything() == before


def test_nobody_else_changes_or_deletes_a_booking(booking: Booking) -> None:
    """A001."""
    charlie, before = somebody("Charlie"), everything()

    for absent in (booking.pk, new_id()):
        refused(client_of(charlie).delete(f"{BOOKINGS}/{absent}"), 404, "RESOURCE_NOT_FOUND")
        for method in ("put", "patch"):
            response = getattr(client_of(charlie), method)(f"{BOOKINGS}/{absent}", {"notes": "x"}, "application/json")
            refused(response, 404, "RESOURCE_NOT_FOUND")

    assert everything() == before


def test_each_side_writes_its_own(booking: Booking, bob: User) -> None:
    mine = patch(booking.customer, booking, {"notes": "By the window", "title": "Start"})
    his = put(bob, booking, {"meeting_link": "https://meet.example/2"})
    before = everything()
    foreign = refused(patch(bob, booking, {"notes": "x"}), 403, "INSUFFICIENT_PERMISSIONS")
    other = refused(
        patch(booking.customer, booking, {"meeting_link": "https://evil.example"}), 403, "INSUFFICIENT_PERMISSIONS"
    )

    assert (mine.status_code, mine.json()["data"]["notes"]) == (200, "By the window")
    assert his.json()["data"]["meeting_link"] == "https://meet.example/2"
    assert (detail_codes(foreign), detail_codes(other)) == ({"notes": "NOT_YOURS"}, {"meeting_link": "NOT_YOURS"})
    assert everything() == before


def test_put_moves_and_writes_both_or_neither(bob: User, booking: Booking) -> None:
    lotus = room()
    meeting = reservation(lotus, between("10:00", "11:00", at("10:00").date() + timedelta(days=3)), title="Review")
    body = {
        "resourceId": str(lotus.pk),
        "title": "Final review",
        "startTime": "2026-03-06T13:00:00+05:30",
        "endTime": "2026-03-06T15:00:00+05:30",
        "createdBy": str(meeting.customer_id),
        "attendees": ["user-123"],
        "metadata": {"priority": "low"},
    }

    shown = put(meeting.customer, meeting, body, Accept=CAMEL).json()["data"]
    before = everything()
    taken = put(meeting.customer, meeting, {**body, "title": "x", "resourceId": str(new_id())})
    past = put(meeting.customer, meeting, {"title": "x", "start_time": "2026-03-01T13:00:00+05:30"})

    assert (shown["title"], shown["startTime"], shown["durationMinutes"], shown["attendees"]) == (
        "Final review",
        "2026-03-06T07:30:00Z",
        120,
        ["user-123"],
    )
    assert detail_codes(refused(taken, 422, "BUSINESS_RULE_VIOLATION")) == {"resource_id": "RESOURCE_MISMATCH"}
    assert detail_codes(refused(past, 422, "BUSINESS_RULE_VIOLATION")) == {"start_time": "PAST"}
    assert everything() == before
    assert [time.duration for _, time, *_ in rows(lotus.calendar)] == [timedelta(hours=2)]


def test_nothing_to_change_changes_nothing(booking: Booking) -> None:
    before = everything()

    response = put(booking.customer, booking, {"start_time": "2026-03-05T10:00:00+05:30", "notes": ""})

    assert response.status_code == 200
    assert everything() == before


@pytest.mark.parametrize("method", ["put", "patch", "delete", "cancel", "reschedule", "confirm"])
def test_a_change_upon_an_old_version_is_refused(booking: Booking, bob: User, method: str, travel: Travel) -> None:
    """E106."""
    old = get(booking.customer, f"/{booking.pk}")["ETag"]
    travel(NOW + timedelta(seconds=1))
    reschedule_booking(booking, starts_at=booking.starts_at + timedelta(hours=1), actor=by_customer(booking))
    before = everything()
    actor = bob if method == "confirm" else booking.customer

    def send(version: str) -> Any:
        client = client_of(actor)
        if method == "delete":
            return client.delete(f"{BOOKINGS}/{booking.pk}", headers={"If-Match": version})
        if method in {"put", "patch"}:
            return getattr(client, method)(
                f"{BOOKINGS}/{booking.pk}", {"notes": "x"}, "application/json", headers={"If-Match": version}
            )
        return step(actor, booking, method, LATER if method == "reschedule" else {}, **{"If-Match": version})

    refused(send(old), 412, "VERSION_MISMATCH")
    assert everything() == before
    now = get(booking.customer, f"/{booking.pk}")["ETag"]
    assert send(now).status_code == 200


def test_deleting_is_cancelling(booking: Booking) -> None:
    response = client_of(booking.customer).delete(f"{BOOKINGS}/{booking.pk}?reason=Ill&notifyAttendees=false")

    shown = booked(response)
    assert (shown["status"], shown["cancellation"]["reason"]) == ("cancelled", "Ill")
    assert shown["timeline"][-1]["details"]["tell_attendees"] is False
    assert Booking.objects.count() == 1


def test_the_second_mails_link_leads_to_the_one_booking(booking: Booking) -> None:
    """U14."""
    for hour in ("11", "12"):
        booked(step(booking.customer, booking, "reschedule", {"start_time": f"2026-03-05T{hour}:00:00+05:30"}))
    assert Booking.objects.count() == 1
    cancel_booking(booking, actor=by_customer(booking))

    refused(step(booking.customer, booking, "reschedule", LATER), 409, "INVALID_TRANSITION")
    shown = get(booking.customer, f"/{booking.pk}").json()["data"]
    assert (shown["status"], shown["allowed_actions"]) == ("cancelled", [])


@pytest.mark.parametrize(("action", "most"), [("confirm", 10), ("cancel", 14), ("reschedule", 20)])
def test_a_step_takes_few_statements(booking: Booking, bob: User, action: str, most: int) -> None:
    client = client_of(bob)
    with CaptureQueriesContext(connection) as queries:
        response = client.post(
            f"{BOOKINGS}/{booking.pk}/{action}", LATER if action == "reschedule" else {}, "application/json"
        )

    assert response.status_code == 200
    asked = [each["sql"] for each in queries if not each["sql"].startswith(("SAVEPOINT", "RELEASE"))]
    assert len(asked) <= most, [sql[:100] for sql in asked]


@pytest.mark.django_db(transaction=True)
def test_moving_and_calling_off_take_few_statements(
    booking: Booking, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """Those of the transaction itself and of what follows it are among them."""
    client, path = client_of(booking.customer), f"{BOOKINGS}/{booking.pk}"

    with django_assert_num_queries(16):
        moved = client.post(f"{path}/reschedule", LATER, "application/json")
    with django_assert_num_queries(16):
        cancelled = client.post(f"{path}/cancel", {}, "application/json")

    assert (moved.status_code, cancelled.status_code) == (200, 200)
