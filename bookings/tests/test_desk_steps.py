"""What Dana does about one booking, page by page, and about many at once."""

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from accounts.roles import StaffRole
from bookings.enums import Action, BookingStatus, Role
from bookings.models import Booking, TimelineEntry
from bookings.services.drafting import begin_drafts, claims_of, draft_reservation
from bookings.tests.conftest import Travel
from bookings.tests.desk import LIST, dana_as, in_bulk, said, step_url, take
from bookings.tests.factories import SYSTEM, appointment, by_staff, completed, offered, reservation, somebody
from bookings.transitions import locked, move
from catalog.models import Occupancy
from catalog.occupancy import claim_all, release
from catalog.services.time_off import take_time_off
from catalog.tests.factories import NOW, TUESDAY, at, between, minutes, room, rows
from common.models import AuditEntry
from common.timeranges import TimeRange

pytestmark = pytest.mark.django_db

PAGE = "admin:bookings_booking_change"
# What each role may do to a booking that waits or is confirmed, by its role's line in accounts/roles.py.
MAY = {
    StaffRole.ADMIN: {"confirm", "start", "complete", "reschedule", "no-show", "cancel"},
    StaffRole.SUPPORT: {"confirm", "reschedule", "cancel"},
    StaffRole.FINANCE: set(),
}
FILLED = {"reason": "Asked for by phone", "day": "2026-03-04", "time": "11:00"}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> tuple[User, Client]:
    return dana_as(StaffRole.ADMIN)


@pytest.fixture
def desk(dana: tuple[User, Client]) -> Client:
    return dana[1]


def status_of(booking: Booking) -> BookingStatus:
    return BookingStatus(Booking.objects.values_list("status", flat=True).get(pk=booking.pk))


def confirmed(booking: Booking) -> Booking:
    with transaction.atomic():
        return move(locked(booking.pk), Action.CONFIRM, actor=by_staff())


def test_the_page_of_a_booking_tells_everything_and_edits_nothing(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    questions = [{"question": "Any allergies?", "type": "text"}]
    booking = appointment(offered(intake_questions=questions), answers={"Any allergies?": "<b>Nuts</b>"})
    take(desk, booking, "confirm", reason="Bob is travelling")

    desk.get(reverse(PAGE, args=[booking.pk]))
    with django_assert_num_queries(8):
        page = desk.get(reverse(PAGE, args=[booking.pk]))

    told = page.content.decode()
    assert "Tue 03 Mar 2026 10:00 – 11:00 (Asia/Kolkata)" in told
    assert "&lt;b&gt;Nuts&lt;/b&gt;" in told
    assert "Bob is travelling" in told
    assert "1770.00 INR" in told
    assert [name for name, _ in page.context["steps"]] == ["reschedule", "cancel"]
    assert page.context["adminform"].form.fields == {}

    desk.post(reverse(PAGE, args=[booking.pk]), {"total_minor": 1, "status": "completed"})
    booking.refresh_from_db()
    assert (booking.total_minor, booking.status) == (177_000, "confirmed")


def test_a_life_at_the_desk(dana: tuple[User, Client], travel: Travel) -> None:
    """Every step goes by its service: timeline, audit log with the reason, and the time given back at the end."""
    user, desk = dana
    booking = appointment()

    take(desk, booking, "confirm", meeting_link="https://meet.example.com/1")
    take(desk, booking, "reschedule", day="2026-03-03", time="14:30", reason="Alice called")
    travel(at("14:30"))
    take(desk, booking, "start")
    take(desk, booking, "complete", completion_notes="All well")

    steps = TimelineEntry.objects.filter(booking=booking).values_list("action", "role", "actor", "reason")
    assert list(steps)[1:] == [
        ("confirm", Role.STAFF, user.pk, ""),
        ("reschedule", Role.STAFF, user.pk, "Alice called"),
        ("start", Role.STAFF, user.pk, ""),
        ("complete", Role.STAFF, user.pk, ""),
    ]
    booking.refresh_from_db()
    assert (booking.starts_at, booking.meeting_link, booking.completion_notes) == (
        at("14:30"),
        "https://meet.example.com/1",
        "All well",
    )
    assert not Occupancy.objects.exists()
    entries = AuditEntry.objects.filter(target_id=str(booking.pk), action="updated").order_by("pk")
    assert [(each.actor_id, each.reason) for each in entries] == [
        (user.pk, ""),
        (user.pk, "Alice called"),
        (user.pk, ""),
        (user.pk, ""),
    ]


def test_cancelling_shows_the_policy_first(desk: Client, travel: Travel) -> None:
    booking = appointment()
    travel(at("09:00"))

    page = desk.get(step_url(booking, "cancel")).content.decode()

    assert "0.00 INR: not the customer&#x27;s doing" in page
    assert "177.00 INR: the deadline is over" in page
    assert status_of(booking) == BookingStatus.PENDING
    answer = take(desk, booking, "cancel", reason="Bob is ill")
    booking.refresh_from_db()
    assert (answer.status_code, booking.status, booking.cancelled_by) == (302, "cancelled", "staff")
    assert (booking.cancellation_fee_minor, booking.cancellation_reason) == (0, "Bob is ill")
    assert not Occupancy.objects.exists()


def test_a_no_show_is_told_after_the_grace_period(desk: Client, travel: Travel) -> None:
    booking = confirmed(appointment())
    travel(at("10:05"))
    early = take(desk, booking, "no-show", reason="Did not come")
    travel(at("10:40"))
    late = take(desk, booking, "no-show", reason="Did not come")

    assert (early.status_code, late.status_code, status_of(booking)) == (422, 302, BookingStatus.NO_SHOW)
    assert "after the start" in early.content.decode()


@pytest.mark.parametrize("name", ["cancel", "no-show", "reschedule"])
def test_what_touches_people_needs_a_reason(desk: Client, name: str, travel: Travel) -> None:
    booking = confirmed(appointment())
    travel(at("10:40"))

    answer = take(desk, booking, name, day="2026-03-04", time="11:00")

    assert (answer.status_code, status_of(booking)) == (200, BookingStatus.CONFIRMED)
    assert "reason" in answer.context["form"].errors


def test_an_illegal_step_is_refused_and_changes_nothing(desk: Client) -> None:
    booking = completed()

    answer = take(desk, booking, "cancel", reason="By mistake")

    assert (answer.status_code, status_of(booking)) == (409, BookingStatus.COMPLETED)
    assert desk.get(reverse(PAGE, args=[booking.pk])).context["steps"] == []
    assert desk.get(step_url(booking, "explode")).status_code == 404


def test_a_page_that_is_out_of_date_saves_nothing(desk: Client, travel: Travel) -> None:
    booking = appointment()
    seen = booking.updated_at.isoformat()
    travel(NOW + minutes(1))
    confirmed(booking)

    answer = desk.post(step_url(booking, "cancel"), {"edited_version": seen, "reason": "Bob is ill"})
    again = desk.post(step_url(booking, "cancel"), {"reason": "Bob is ill"})

    assert (answer.status_code, again.status_code, status_of(booking)) == (409, 409, BookingStatus.CONFIRMED)
    assert "Somebody else changed this" in answer.content.decode()


@pytest.mark.parametrize("role", MAY)
def test_a_role_sees_and_does_what_its_line_says(role: StaffRole, travel: Travel) -> None:
    """The step is missing from the page, its own page is refused, and so is its POST."""
    _, desk = dana_as(role)
    found = set()
    for hour, name in enumerate(sorted(MAY[StaffRole.ADMIN])):
        travel(at("08:00"))
        start = at("09:00") + hour * minutes(60)
        booking = appointment(offered(f"Bob{hour}"), start)
        if name != "confirm":
            confirmed(booking)
        travel(start + minutes(40))
        was = status_of(booking)
        page = desk.get(step_url(booking, name))
        is_offered = name in dict(desk.get(reverse(PAGE, args=[booking.pk])).context["steps"])
        answer = take(desk, booking, name, **FILLED)
        is_done = answer.status_code == 302
        assert is_offered is is_done
        assert page.status_code == (200 if is_done else 403)
        assert is_done or (answer.status_code, status_of(booking)) == (403, was)
        found |= {name} if is_done else set()

    assert found == MAY[role]


def test_nobody_without_a_role_sees_anything() -> None:
    booking = appointment()
    charlie = somebody("Charlie")
    User.objects.filter(pk=charlie.pk).update(is_staff=True)
    client = Client()
    client.force_login(charlie, backend="django.contrib.auth.backends.ModelBackend")

    pages = [
        reverse(LIST),
        reverse(PAGE, args=[booking.pk]),
        step_url(booking, "cancel"),
        reverse("admin:bookings_day"),
    ]
    assert [client.get(page).status_code for page in pages] == [403, 403, 403, 403]
    assert client.get(reverse("admin:bookings_booking_add")).status_code == 403


def test_a_taken_time_is_shown_with_who_has_it(desk: Client) -> None:
    haircut = offered()
    first = appointment(haircut)
    second = appointment(haircut, at("14:00"))

    answer = take(desk, second, "reschedule", day="2026-03-03", time="10:30", reason="Alice called", overrule="on")

    assert answer.status_code == 409
    assert [each.number for each, _ in answer.context["conflicts"]] == [first.number]
    second.refresh_from_db()
    assert second.starts_at == at("14:00")


def test_time_off_is_not_overruled_either(desk: Client) -> None:
    booking = appointment()
    assert booking.calendar is not None
    take_time_off(booking.calendar, between("14:00", "16:00"), reason="Doctor", actor=somebody("Bob"))

    answer = take(desk, booking, "reschedule", day="2026-03-03", time="14:30", reason="Alice called", overrule="on")

    assert (answer.status_code, answer.context["conflicts"]) == (409, [])
    assert "time off" in answer.content.decode()


def test_rules_are_left_aside_with_permission_and_reason_only(dana: tuple[User, Client]) -> None:
    user, admin = dana
    _, support = dana_as(StaffRole.SUPPORT, "Sam")
    booking = appointment()
    at_night = {"day": "2026-03-03", "time": "21:00", "reason": "Alice called"}

    bound = take(admin, booking, "reschedule", **at_night)
    denied = take(support, booking, "reschedule", overrule="on", **at_night)
    silent = take(admin, booking, "reschedule", **{**at_night, "reason": ""}, overrule="on")
    done = take(admin, booking, "reschedule", overrule="on", **at_night)

    assert [each.status_code for each in (bound, denied, silent, done)] == [422, 422, 200, 302]
    booking.refresh_from_db()
    assert booking.starts_at == at("21:00")
    entry = AuditEntry.objects.get(action="rules overruled")
    assert (entry.actor_id, entry.target_id, entry.reason) == (user.pk, str(booking.pk), "Alice called")


def test_a_reservation_may_become_longer_and_an_appointment_may_not(desk: Client) -> None:
    meeting, visit = reservation(), appointment()

    take(desk, meeting, "reschedule", day="2026-03-03", time="10:00", minutes=90, reason="More to say")
    take(desk, visit, "reschedule", day="2026-03-03", time="13:00", minutes=90, reason="More to say")

    lasting = [Booking.objects.get(pk=each.pk).time.duration for each in (meeting, visit)]
    assert lasting == [minutes(90), minutes(60)]


@pytest.mark.parametrize(
    ("sent", "code", "shown"),
    [
        ({"day": "2026-03-29", "time": "02:30"}, 422, "skip"),
        ({"day": "2026-10-25", "time": "02:30"}, 422, "twice"),
        ({"day": "2026-10-25", "time": "02:30", "twice": "second"}, 302, ""),
        ({"day": "yesterday", "time": "26:00"}, 200, "Enter a valid"),
    ],
)
def test_clock_changes_are_asked_about(desk: Client, sent: dict[str, str], code: int, shown: str) -> None:
    berlin = room("00:00-00:00", timezone="Europe/Berlin", horizon_days=365)
    booking = reservation(berlin)

    answer = take(desk, booking, "reschedule", minutes=60, reason="Alice called", **sent)

    assert answer.status_code == code
    assert shown in answer.content.decode()


@pytest.mark.parametrize("name", ["confirm_selected", "cancel_selected"])
def test_bulk_steps_are_hidden_and_refused_without_permission(name: str) -> None:
    booking = appointment()
    _, finance = dana_as(StaffRole.FINANCE)

    assert name not in finance.get(reverse(LIST)).content.decode()
    in_bulk(finance, name, booking)
    assert status_of(booking) == BookingStatus.PENDING


def test_many_are_cancelled_and_the_illegal_ones_reported(dana: tuple[User, Client]) -> None:
    """E362."""
    user, desk = dana
    bookings = crowd(20)
    with transaction.atomic():
        for booking in bookings[:3]:
            move(locked(booking.pk), Action.COMPLETE, actor=SYSTEM)
        release([booking.pk for booking in bookings[:3]])

    response = in_bulk(desk, "cancel_selected", *bookings)

    told = said(response)
    assert told[0] == "Done for 17."
    assert {line.partition(":")[0] for line in told[1:]} == {booking.number for booking in bookings[:3]}
    assert Booking.objects.filter(status="cancelled", cancelled_by="staff").count() == 17
    assert not Occupancy.objects.exists()
    entries = AuditEntry.objects.filter(target_table="bookings_booking", action="updated", actor_id=user.pk)
    assert entries.filter(reason="The studio is flooded").count() == 17


def test_many_are_confirmed_at_once(desk: Client) -> None:
    waiting, done = appointment(), completed(offered("Ben"), at("12:00"))

    response = in_bulk(desk, "confirm_selected", waiting, done)

    assert said(response)[0] == "Done for 1."
    assert status_of(waiting) == BookingStatus.CONFIRMED


def crowd(count: int) -> list[Booking]:
    """So many reservations side by side, in a few statements."""
    hall = room(name="Hall", capacity=count)
    alice = somebody("Alice")
    start = at("10:00", TUESDAY)
    time = TimeRange.lasting(start, minutes(60))
    drafts = [draft_reservation(hall, time, customer=alice, actor=by_staff()) for _ in range(count)]
    with transaction.atomic():
        claim_all([claim for draft in drafts for claim in claims_of(draft.booking)])
        made = begin_drafts(drafts, actor=by_staff())
    assert len(rows(hall.calendar)) == count
    return list(Booking.objects.filter(pk__in=[each.pk for each in made]).order_by("pk"))
