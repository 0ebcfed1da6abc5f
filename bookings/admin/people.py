"""What a person's page tells of their bookings."""

from urllib.parse import urlencode

from django.urls import reverse

from accounts.admin.panels import Panel
from accounts.models import User
from bookings.admin.previews import priced, shown_time, shown_with
from bookings.enums import BookingStatus
from bookings.selectors.desk import latest_of, totals_of

LATEST = 10


def bookings_panel(person: User, viewer: User) -> Panel | None:
    """Totals and the latest bookings; two queries, and none for those who may not look at bookings."""
    if not viewer.has_perm("bookings.view_booking"):
        return None
    totals = totals_of(person)
    worth = " + ".join(priced(each) for each in totals.worth) or "nothing"
    figures = [
        ("booked", f"{totals.all:,}"),
        ("to come", f"{totals.upcoming:,}"),
        ("done", f"{totals.completed:,}"),
        ("cancelled", f"{totals.cancelled:,}"),
        ("not turned up", f"{totals.no_shows:,}"),
        ("for what was done", worth),
    ]
    rows = [
        (
            reverse("admin:bookings_booking_change", args=[each.pk]),
            (each.number, shown_time(each), shown_with(each), BookingStatus(each.status).label, priced(each.total)),
        )
        for each in latest_of(person, LATEST)
    ]
    all_of_them = f"{reverse('admin:bookings_booking_changelist')}?{urlencode({'customer__id__exact': person.pk})}"
    return Panel("Bookings", figures, ("Booking", "When", "With", "State", "Price"), rows, all_of_them)
