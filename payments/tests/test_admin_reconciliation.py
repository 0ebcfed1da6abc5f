"""Staff look at days of gateways, have them read again, and say how differences were dealt with."""

import csv
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.timezone import get_current_timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.roles import StaffRole
from common import clock
from common.models import AuditEntry
from payments.models import Payment, ReconciliationRun, Refund
from payments.tests.treasury import flagged, in_bulk, page, paid, promised, said, staff_as

pytestmark = pytest.mark.django_db

TREASURERS = {StaffRole.SUPER_ADMIN, StaffRole.FINANCE}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def desk() -> Client:
    return staff_as(StaffRole.FINANCE)[1]


def lines_of(response: Any) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))


@pytest.mark.parametrize("role", StaffRole)
def test_only_treasurers_read_again_say_what_was_done_and_take_away(role: StaffRole) -> None:
    line = flagged(paid())
    _, desk = staff_as(role)

    in_bulk(desk, "reconciliationrun", "run_again", line.run, reason="The gateway was mended")
    taken = [in_bulk(desk, model, "export_csv", row) for model, row in (("reconciliationrun", line.run),)]
    in_bulk(desk, "reconciliationline", "resolve", line, reason="Paid in by hand")

    line.refresh_from_db()
    line.run.refresh_from_db()
    may = role in TREASURERS
    assert [bool(getattr(each, "streaming", False)) for each in taken] == [may]
    assert (line.resolution, line.run.state) == (("Paid in by hand", "clean") if may else ("", "flagged"))
    reasons = set(AuditEntry.objects.exclude(reason="").values_list("reason", flat=True))
    assert reasons == ({"The gateway was mended", "Paid in by hand"} if may else set())


def test_reading_again_makes_the_day_due_unless_it_is_being_read(desk: Client) -> None:
    run = flagged(paid()).run

    in_bulk(desk, "reconciliationrun", "run_again", run)
    run.refresh_from_db()
    ReconciliationRun.objects.update(state="incomplete", finished_at=None)
    refused = in_bulk(desk, "reconciliationrun", "run_again", run)

    assert run.due_at is not None
    assert any("is being read" in each for each in said(refused))


def test_a_days_page_leads_to_its_lines_by_state_and_shows_what_is_open(desk: Client) -> None:
    line, other = flagged(paid()), flagged(paid(), day=2)

    response = desk.get(page("reconciliationrun", "change", line.run_id))
    states, to_look_at = response.context["panels"]
    url = str(states.rows[0][0]).split('"')[3].replace("&amp;", "&")
    listed = desk.get(url)

    assert to_look_at.rows[0][2:] == ("99.99 INR", "100.00 INR", "The amounts differ.")
    assert [row.pk for row in listed.context["cl"].result_list] == [line.pk]
    assert "97.99 -" not in response.content.decode()
    assert "96.99 INR" in response.content.decode()
    assert desk.get(page("reconciliationline", "change", other.pk)).status_code == 200


def test_files_add_up_by_currency(desk: Client) -> None:
    line = flagged(paid())
    ReconciliationRun.objects.update(
        totals={
            "INR": {"gross": 9_999, "refunded": 100, "fee": 200},
            "JPY": {"gross": 500, "refunded": 0, "fee": 18},
        }
    )

    days = lines_of(in_bulk(desk, "reconciliationrun", "export_csv", line.run))
    lines = lines_of(in_bulk(desk, "reconciliationline", "export_csv", line))

    assert [(each["currency"], each["gross"], each["fee"], each["net"]) for each in days] == [
        ("INR", "99.99", "2.00", "96.99"),
        ("JPY", "500", "18", "482"),
        ("", "99.99", "2.00", "96.99"),
        ("", "500", "18", "482"),
    ]
    assert [(each["theirs"], each["ours"]) for each in lines] == [("99.99", "100.00")] * 2


def test_a_refund_is_of_its_own_month_and_names_the_one_of_its_sale(desk: Client) -> None:
    """E367; months are those of the business' calendar."""
    zone = get_current_timezone()
    payment = paid(gateway_charge_ref="ch_1")
    refund = promised(payment, 500)
    Payment.objects.update(captured_at=datetime(2026, 1, 31, 23, 30, tzinfo=zone), reserved_minor=0)
    Refund.objects.update(status="succeeded", succeeded_at=datetime(2026, 2, 1, 0, 30, tzinfo=zone))
    promised(payment, 100)

    february = {"succeeded_at_from": "2026-02-01", "succeeded_at_to": "2026-02-28"}
    sent = {"action": "export_csv", "_selected_action": [refund.pk], "select_across": "1", "index": "0"}
    (line, total) = lines_of(desk.post(f"{page('refund')}?{'&'.join(f'{k}={v}' for k, v in february.items())}", sent))

    assert (line["month"], line["month of the sale"], line["charge"]) == ("2026-02", "2026-01", "ch_1")
    assert (line["amount"], total["amount"]) == ("5.00", "5.00")


def test_the_first_page_says_whether_days_are_open(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def card() -> Any:
        cards = desk.get(reverse("admin:index")).context["cards"]
        return next(each for each in cards if each.title == "Reconciliation")

    assert (card().figure, card().state) == ("Closed", "good")
    line = flagged(paid(), day=28)
    ReconciliationRun.objects.filter(pk=line.run_id).update(day=clock.today(ZoneInfo("UTC")))

    assert (card().figure, card().note, card().state) == ("1 open", "Lines to look at: 1", "bad")
    assert card().link.endswith("?state__exact=flagged")
