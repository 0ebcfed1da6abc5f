"""Changing and cancelling a series over HTTP: by whom, how much of it, and on top of whose change."""

import pytest

from accounts.models import User
from bookings.models import Booking, Series
from bookings.tests.api_calls import get, post
from bookings.tests.series_calls import cancel, change, data
from bookings.tests.series_factories import booked, bookings_of
from catalog.models import Occupancy
from catalog.tests.factories import at, person
from common.tests.probe.client import detail_codes, refused

pytestmark = pytest.mark.django_db


def test_a_stranger_sees_no_series(alice: User) -> None:
    series = booked(alice=alice).series
    charlie = person("Charlie")
    first = bookings_of(series)[0]

    refused(get(charlie, f"/series/{series.pk}"), 404, "RESOURCE_NOT_FOUND")
    refused(change(charlie, series, {"title": "Mine"}), 404, "RESOURCE_NOT_FOUND")
    refused(cancel(charlie, series), 404, "RESOURCE_NOT_FOUND")
    body = {"exception_type": "cancelled", "exception_date": "2026-03-03"}
    refused(post(charlie, body, f"/{first.pk}/exceptions"), 404, "RESOURCE_NOT_FOUND")
    refused(post(charlie, {"date": "2026-03-03"}, f"/{first.pk}/occurrences"), 404, "RESOURCE_NOT_FOUND")

    assert Occupancy.objects.count() == 10
    assert Booking.objects.filter(title="").count() == 10


def test_whoever_is_invited_looks_on(alice: User) -> None:
    charlie = person("Charlie")
    series = booked("FREQ=WEEKLY;COUNT=2", attendees=[str(charlie.pk)]).series
    body = {"exception_type": "cancelled", "exception_date": "2026-03-03"}

    error = post(charlie, body, f"/{bookings_of(series)[0].pk}/exceptions")

    refused(error, 403, "INSUFFICIENT_PERMISSIONS")
    assert Occupancy.objects.count() == 2


def test_all_is_changed_from_now_on(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=3").series

    response = change(alice, series, {"title": "Weekly", "start_time": "2026-03-03T12:00:00+05:30"})

    answer = data(response)
    assert {(each["title"], each["start_time"][11:]) for each in answer["bookings"]} == {("Weekly", "06:30:00Z")}
    assert (len(answer["bookings"]), answer["cancelled"], answer["unchanged"]) == (3, [], [])
    assert answer["series"]["start_time"] == "2026-03-03T06:30:00Z"


def test_the_following_become_a_series_of_their_own(alice: User) -> None:
    """E077."""
    series = booked("FREQ=WEEKLY;COUNT=4").series

    answer = data(change(alice, series, {"title": "Weekly"}, "?scope=this_and_following&from=2026-03-17"))

    assert answer["series"]["split_from_id"] == str(series.pk)
    assert len(answer["bookings"]) == 2
    assert [each.title for each in Booking.objects.order_by("starts_at")] == ["", "", "Weekly", "Weekly"]


def test_the_following_are_cancelled(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=4").series

    answer = data(cancel(alice, series, "?scope=this_and_following&from=2026-03-17&reason=Moving"))

    assert [(each["status"], each["cancellation"]["reason"]) for each in answer["bookings"]] == [
        ("cancelled", "Moving")
    ] * 2
    assert Occupancy.objects.count() == 2
    assert data(cancel(alice, series))["series"]["status"] == "cancelled"
    refused(cancel(alice, series), 409, "DUPLICATE_RESOURCE")


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ("", "scope", "REQUIRED"),
        ("?scope=this", "scope", "INVALID_CHOICE"),
        ("?scope=this_and_following", "from", "REQUIRED"),
        ("?scope=all&from=2026-03-17", "from", "AMBIGUOUS"),
        ("?scope=this_and_following&from=soon", "from", "INVALID"),
        ("?scope=all&force=1", "force", "UNKNOWN_FIELD"),
    ],
)
def test_whoever_changes_a_series_says_how_much_of_it(alice: User, query: str, field: str, code: str) -> None:
    """U19."""
    series = booked("FREQ=WEEKLY;COUNT=2").series

    for answer in (cancel(alice, series, query), change(alice, series, {"title": "Weekly"}, query)):
        assert detail_codes(refused(answer, 400, "VALIDATION_ERROR")) == {field: code}

    assert {each.title for each in bookings_of(series)} == {""}


def test_a_change_on_top_of_another_ones_change_is_refused(alice: User) -> None:
    series = booked("FREQ=WEEKLY;COUNT=2").series
    read = get(alice, f"/series/{series.pk}")["ETag"]
    data(change(alice, series, {"title": "Mine"}, **{"If-Match": read}))
    # In these tests time stands still, and with it the version.
    Series.objects.update(updated_at=at("10:00"))

    refused(change(alice, series, {"title": "Yours"}, **{"If-Match": read}), 412, "VERSION_MISMATCH")

    assert Series.objects.get().title == "Mine"
