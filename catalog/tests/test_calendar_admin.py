"""Calendars in the back office, as Dana of the staff edits them."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import Calendar, TimeOff
from catalog.opening import WallRange
from catalog.services.time_off import take_time_off
from catalog.tests.factories import between, book, person, room, rows, specialist
from common.models import AuditEntry

pytestmark = pytest.mark.django_db

LIST = "/admin/catalog/calendar/"


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> User:
    dana = person("Dana", is_staff=True)
    wanted = ["view_calendar", "change_calendar", "view_timeoff", "add_timeoff", "delete_timeoff", "force_timeoff"]
    dana.user_permissions.set(Permission.objects.filter(codename__in=wanted))
    return dana


@pytest.fixture
def desk(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


@pytest.fixture
def bobs() -> Calendar:
    return specialist("Bob", "09:00-12:00").calendar


def page_of(calendar: Calendar) -> str:
    return reverse("admin:catalog_calendar_change", args=[calendar.pk])


def filled(client: Client, calendar: Calendar, **changes: Any) -> dict[str, Any]:
    """The form as a browser would send it back, with `changes`."""
    context = client.get(page_of(calendar)).context
    form = context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    calendar.refresh_from_db()
    sent = {name: value for name, value in values.items() if value is not None}
    inline = {"times_off-TOTAL_FORMS": 0, "times_off-INITIAL_FORMS": 0}
    return {**sent, **inline, "edited_version": calendar.updated_at.isoformat(), **changes}


def new_time_off(start: str, end: str, **more: Any) -> dict[str, Any]:
    return {
        "times_off-TOTAL_FORMS": 1,
        "times_off-0-starts_0": "2026-03-03",
        "times_off-0-starts_1": start,
        "times_off-0-ends_0": "2026-03-03",
        "times_off-0-ends_1": end,
        "times_off-0-reason": "asked by phone",
        **{f"times_off-0-{name}": value for name, value in more.items()},
    }


NOON_OFF = new_time_off("12:00", "13:00")


def errors_of(response: Any) -> list[str]:
    context = response.context
    return [
        *(text for problems in context["adminform"].form.errors.values() for text in problems),
        *(text for inline in context["inline_admin_formsets"] for text in inline.formset.non_form_errors()),
        *(
            text
            for inline in context["inline_admin_formsets"]
            for each in inline.formset.errors
            for texts in each.values()
            for text in texts
        ),
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_shows_whose_in_a_constant_number_of_queries(
    desk: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        room(name=f"Room {n}")
    desk.get(LIST)

    with django_assert_num_queries(6):
        page = desk.get(LIST).content.decode()

    assert all(f"Room {n}" in page for n in range(count))


def test_the_page_shows_hours_as_lines_and_the_week_as_a_picture(desk: Client, bobs: Calendar) -> None:
    book(bobs, between("10:00", "11:00"))
    take_time_off(bobs, between("11:00", "12:00"), reason="dentist", actor=person("Bob2"))

    page = desk.get(page_of(bobs)).content.decode()

    assert 'value="09:00-12:00"' in page
    assert "Booking 10:00–11:00" in page
    assert "Closure 11:00–12:00" in page
    assert "Open 09:00–12:00" in page
    assert "Tue 03 Mar 2026 11:00" in page


def test_hours_and_dates_are_edited_in_place(desk: Client, bobs: Calendar, dana: User) -> None:
    changes = {
        "monday": "08:00-12:00, 22:00-02:00",
        "sunday": "",
        "overrides": "2026-12-25: closed",
        "reason": "new contract",
    }

    response = desk.post(page_of(bobs), filled(desk, bobs, **changes))

    assert response.status_code == 302, errors_of(response)
    hours = Calendar.objects.get(pk=bobs.pk).hours
    assert [(f"{each.start:%H}", f"{each.end:%H}") for each in hours.weekly[0]] == [("08", "12"), ("22", "02")]
    assert 6 not in hours.weekly
    assert isinstance(hours.weekly[1][0], WallRange)
    assert [str(day) for day in hours.overrides] == ["2026-12-25"]
    entry = AuditEntry.objects.get(target_table="catalog_calendar")
    assert (entry.actor_id, entry.reason) == (dana.pk, "new contract")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"monday": "9-5"}, "Write a time of day as 10:00, 10:00:00 or 10:00 AM."),
        ({"monday": "09:00-13:00, 12:00-14:00"}, "09:00-13:00 and 12:00-14:00 overlap."),
        ({"overrides": "25.12.2026: closed"}, "Write a date as 2026-01-20."),
        ({"timezone": "Mars"}, "'Mars' is not the name of a time zone."),
        ({"timezone": "Mars", **NOON_OFF}, "'Mars' is not the name of a time zone."),
        ({"step_minutes": "1"}, "Ensure this value is greater than or equal to 5."),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field(
    desk: Client, bobs: Calendar, changes: dict[str, str], told: str
) -> None:
    response = desk.post(page_of(bobs), filled(desk, bobs, **changes))

    assert errors_of(response) == [told]
    assert not AuditEntry.objects.filter(target_table="catalog_calendar").exists()


def test_hours_that_leave_bookings_out_are_saved_with_a_warning(desk: Client, bobs: Calendar) -> None:
    """E025."""
    book(bobs, between("11:00", "12:00"))

    page = desk.post(page_of(bobs), filled(desk, bobs, tuesday="09:00-11:00"), follow=True).content.decode()

    assert "Booked outside of these hours: 1, the first on 03 Mar 11:00." in page


def test_time_off_is_entered_on_the_calendars_own_clock(desk: Client) -> None:
    priya = specialist("Priya", timezone="America/New_York").calendar

    response = desk.post(page_of(priya), filled(desk, priya, **new_time_off("09:00", "10:00")))

    assert response.status_code == 302, errors_of(response)
    off = TimeOff.objects.get()
    assert (off.time.start.isoformat(), off.reason) == ("2026-03-03T14:00:00+00:00", "asked by phone")
    assert len(rows(priya)) == 1


def test_time_off_over_a_booking_is_refused_unless_forced(desk: Client, bobs: Calendar, dana: User) -> None:
    """E024."""
    book(bobs, between("10:00", "11:00"))

    response = desk.post(page_of(bobs), filled(desk, bobs, **new_time_off("09:00", "12:00")))
    assert errors_of(response) == ["Booked in this time: 03 Mar 10:00. Move or cancel it first."]
    assert not TimeOff.objects.exists()

    desk.post(page_of(bobs), filled(desk, bobs, **new_time_off("09:00", "12:00", over_bookings="on")))
    assert TimeOff.objects.get().is_forced
    assert "Yes; booked in it: 1" in desk.get(page_of(bobs)).content.decode()


def test_without_the_permission_nothing_is_forced(desk: Client, bobs: Calendar, dana: User) -> None:
    dana.user_permissions.remove(Permission.objects.get(codename="force_timeoff"))

    response = desk.post(page_of(bobs), filled(desk, bobs, **new_time_off("09:00", "12:00", over_bookings="on")))

    assert errors_of(response) == ["You may not give time off over bookings."]
    assert rows(bobs) == []


def test_time_off_is_ended_in_place(desk: Client, bobs: Calendar) -> None:
    off = take_time_off(bobs, between("09:00", "12:00"), reason="", actor=person("Bob2"))
    sent = {
        "times_off-TOTAL_FORMS": 1,
        "times_off-INITIAL_FORMS": 1,
        "times_off-0-id": str(off.pk),
        "times_off-0-calendar": str(bobs.pk),
        "times_off-0-DELETE": "on",
    }

    response = desk.post(page_of(bobs), filled(desk, bobs, **sent))

    assert response.status_code == 302, errors_of(response)
    assert rows(bobs) == []


def test_other_weeks_are_a_page_away(desk: Client, bobs: Calendar) -> None:
    page = desk.get(reverse("admin:calendar_week", args=[bobs.pk]), {"from": "2026-03-18"})

    assert "week of 16 March 2026" in page.content.decode()
    assert "?from=2026-03-09" in page.content.decode()
    assert desk.get(reverse("admin:calendar_week", args=[bobs.pk]), {"from": "soon"}).status_code == 200


def test_who_may_not_see_calendars_sees_no_week(bobs: Calendar) -> None:
    client = Client()
    client.force_login(person("Ravi", is_staff=True))

    assert client.get(reverse("admin:calendar_week", args=[bobs.pk])).status_code == 403
    assert client.get(page_of(bobs)).status_code == 403


def test_room_that_is_in_use_is_not_taken(desk: Client) -> None:
    hall = specialist("Priya", capacity=2).calendar
    for _ in range(2):
        book(hall, between("10:00", "11:00"))

    page = desk.post(page_of(hall), filled(desk, hall, capacity=1), follow=True).content.decode()

    assert "Booked beside others and still to come: 1. Move them first." in page
    assert Calendar.objects.get(pk=hall.pk).capacity == 2
