"""What finance takes away: taxes by month and rate, and what promo codes were used for."""

import csv
from datetime import datetime
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.roles import StaffRole
from bookings.models import Booking
from bookings.tests.desk import dana_as
from bookings.tests.factories import appointment, offered
from catalog.tests.factories import at
from common.ids import new_id
from common.models import AuditEntry
from loyalty.services import hold_promo, release_promo
from loyalty.tests.factories import basket, save10
from payments.ledger import Credit, Debit, post
from payments.models import Posting
from payments.tests.treasury import rupees

pytestmark = pytest.mark.django_db

TREASURERS = {StaffRole.SUPER_ADMIN, StaffRole.FINANCE}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk() -> Client:
    return dana_as(StaffRole.FINANCE)[1]


def lines_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


def earned(booking: Booking, net: int, tax: int, on: str, account: str = "revenue") -> None:
    """Posted at half past midnight in the business' zone; negative amounts go back."""
    moves = [Credit(account, rupees(net)), Credit("tax", rupees(tax)), Debit("customer:deposits", rupees(net + tax))]
    journal = post("earning", key=f"earning:{new_id()}", moves=moves, payable=("booking", booking.pk))
    moment = datetime.fromisoformat(f"{on}T00:30").replace(tzinfo=get_current_timezone())
    with connection.cursor() as cursor:
        # Nothing else makes postings old: they stay as they are.
        cursor.execute("SET LOCAL session_replication_role = replica")
        Posting.objects.filter(journal=journal).update(created_at=moment)
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_taxes_are_of_the_month_in_which_they_were_earned_or_given_back(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """E190, E367: what is given back in February of January's sale is February's, and negative."""
    first, second = appointment(), appointment(offered("Ben"), at("12:00"))
    Booking.objects.filter(pk=second.pk).update(tax_basis_points=500)
    earned(first, 180_000, 32_400, "2026-01-31")
    earned(first, -84_746, -15_254, "2026-02-01")
    earned(second, 100_000, 5_000, "2026-02-02")
    earned(second, 10_000, 500, "2026-03-01", "revenue:cancellation")
    url = reverse("admin:bookings_tax_report")
    desk.get(url)

    with django_assert_num_queries(4):
        page = desk.get(url, {"from": "2026-01-01", "to": "2026-02-28"})
    file = lines_of(desk.get(url, {"from": "2026-01-01", "to": "2026-02-28", "csv": "1"}))

    told = [(each["month"], each["rate in per cent"], each["kind"], each["taxable"], each["tax"]) for each in file]
    assert told == [
        ("2026-01", "18", "earned", "1800.00", "324.00"),
        ("2026-02", "5", "earned", "1000.00", "50.00"),
        ("2026-02", "18", "given back", "-847.46", "-152.54"),
        ("Total INR", "", "", "1952.54", "221.46"),
    ]
    assert [str(tax) for _, _, tax in page.context["totals"]] == ["221.46"]
    assert AuditEntry.objects.get(action="exported").data == {"tax report": "2026-01-01 to 2026-02-28"}
    march = desk.get(url, {"from": "2026-03-31", "to": "2026-03-01"}).context["lines"]
    assert [(line.kind, str(line.taxable), line.bookings) for line in march] == [("earned", "100.00", 1)]
    assert desk.get(url, {"from": "soon", "to": "2026-02-30"}).status_code == 200


@pytest.mark.parametrize("role", StaffRole)
def test_only_those_see_and_take_away_who_may(role: StaffRole) -> None:
    _, desk = dana_as(role)
    url = reverse("admin:bookings_tax_report")
    use = hold_promo(save10(), basket(200_000), user=appointment().customer, has_booked=False, subject_id=new_id())
    sent = {"action": "export_csv", "_selected_action": [use.pk]}

    answers = (desk.get(url).status_code, desk.get(url, {"csv": "1"}).status_code)
    taken = desk.post(reverse("admin:loyalty_promoredemption_changelist"), sent)

    assert answers == ((403 if role == StaffRole.SUPPORT else 200), (200 if role in TREASURERS else 403))
    assert taken.streaming is (role in TREASURERS)


def test_uses_of_codes_name_the_booking_and_add_up(desk: Client) -> None:
    first, second = appointment(), appointment(offered("Ben"), at("12:00"))
    promo = save10()
    for booking in (first, second):
        hold_promo(promo, basket(200_000), user=booking.customer, has_booked=False, subject_id=booking.pk)
    gone = hold_promo(promo, basket(100_000), user=first.customer, has_booked=False, subject_id=new_id())
    release_promo(gone.subject_id)

    sent = {"action": "export_csv", "_selected_action": [gone.pk], "select_across": "1", "index": "0"}
    url = reverse("admin:loyalty_promoredemption_changelist")
    everything, held = (lines_of(desk.post(f"{url}{asked}", sent)) for asked in ("", "?state__exact=held"))

    told = [(each["code"], each["number"], each["state"], each["discount"]) for each in everything]
    assert told == [
        (promo.code, first.number, "held", "200.00"),
        (promo.code, second.number, "held", "200.00"),
        (promo.code, "", "released", "100.00"),
        ("Total INR", "", "", "500.00"),
    ]
    assert everything[0]["customer"] == str(first.customer_id)
    assert [each["number"] for each in held] == [first.number, second.number, ""]
