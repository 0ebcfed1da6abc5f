"""Pages of the money: who sees what, what lists find and cost, and what is taken away as a file."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.roles import StaffRole
from common.models import AuditEntry
from payments.ledger import Credit, Debit, post
from payments.models import Journal, LedgerAccount
from payments.tests.treasury import flagged, in_bulk, page, paid, promised, rupees, said, staff_as, webhook

pytestmark = pytest.mark.django_db

MONEY = {"payment", "refund"}
BOOKS = MONEY | {"webhookevent", "journal", "ledgeraccount", "reconciliationrun", "reconciliationline"}
SEES = {
    StaffRole.SUPER_ADMIN: BOOKS,
    StaffRole.ADMIN: BOOKS,
    StaffRole.SUPPORT: MONEY,
    StaffRole.FINANCE: BOOKS,
}
TREASURERS = {StaffRole.SUPER_ADMIN, StaffRole.FINANCE}
# Each model's list, and how many queries it costs.
QUERIES = {
    "payment": 7,
    "refund": 7,
    "webhookevent": 7,
    "journal": 7,
    "ledgeraccount": 6,
    "reconciliationrun": 7,
    "reconciliationline": 7,
}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    settings.PAYMENT_GATEWAYS = {"sandbox": "payments.gateways.sandbox.SandboxGateway"}


@pytest.fixture
def desk() -> Client:
    return staff_as(StaffRole.FINANCE)[1]


def something_of_everything(number: int = 1) -> dict[str, Any]:
    payment = paid(gateway_ref=f"order_{number}")
    line = flagged(payment, day=number)
    return {
        "reconciliationrun": line.run,
        "reconciliationline": line,
        "payment": payment,
        "refund": promised(payment, 100),
        "webhookevent": webhook(),
        "journal": Journal.objects.get(key=f"capture:{payment.pk}"),
        "ledgeraccount": LedgerAccount.objects.order_by("pk").first(),
    }


def found(desk: Client, model: str, **asked: Any) -> set[Any]:
    response = desk.get(page(model), asked)
    assert response.status_code == 200, response.headers
    return {row.pk for row in response.context["cl"].result_list}


def lines_of(response: Any) -> list[dict[str, str]]:
    content = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(content)))


@pytest.mark.parametrize("role", StaffRole)
def test_a_role_opens_exactly_its_pages(role: StaffRole) -> None:
    things = something_of_everything()
    _, desk = staff_as(role)

    lists = {model for model in things if desk.get(page(model)).status_code == 200}
    pages = {model for model, row in things.items() if desk.get(page(model, "change", row.pk)).status_code == 200}
    balance = desk.get(reverse("admin:payments_trial_balance"))
    taken = desk.get(reverse("admin:payments_trial_balance"), {"csv": "1"})

    assert (lists, pages) == (SEES[role], SEES[role])
    assert balance.status_code == (200 if "ledgeraccount" in SEES[role] else 403)
    assert taken.status_code == (200 if role in TREASURERS else 403)


@pytest.mark.parametrize("role", StaffRole)
def test_nothing_is_written_by_hand_and_little_taken_away(role: StaffRole) -> None:
    things = something_of_everything()
    _, desk = staff_as(role)

    for model, row in things.items():
        assert desk.post(page(model, "change", row.pk), {"amount_minor": "1"}).status_code == 403
        assert desk.post(page(model, "delete", row.pk), {"post": "yes"}).status_code == 403
        assert desk.get(page(model, "add")).status_code == 403
    for model in ("payment", "refund", "journal"):
        assert bool(getattr(in_bulk(desk, model, "export_csv", things[model]), "streaming", False)) is (
            role in TREASURERS
        )


@pytest.mark.parametrize("model", QUERIES)
def test_lists_cost_the_same_whatever_their_length(
    desk: Client, model: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    something_of_everything(1)
    desk.get(page(model))
    with django_assert_num_queries(QUERIES[model]):
        one = desk.get(page(model)).context["cl"].result_count
    something_of_everything(2)
    something_of_everything(3)
    post("fee", key="fee", moves=[Debit("fees", rupees(5)), Credit("gateway:sandbox", rupees(5))])

    with django_assert_num_queries(QUERIES[model]):
        assert desk.get(page(model)).context["cl"].result_count > one


@pytest.mark.parametrize("model", ["payment", "refund"])
def test_a_search_finds_by_whatever_is_in_hand(desk: Client, model: str) -> None:
    things = something_of_everything(1)
    something_of_everything(2)
    wanted, payment = things[model].pk, things["payment"]

    for text in (str(payment.pk), f" {payment.payable_id} ", "order_1"):
        assert found(desk, model, q=text) == {wanted}
    for text in ("ALICE@example.com", "ali"):
        assert len(found(desk, model, q=text)) == 2
    for text in ("order_", "%", "0" * 400, "lice", "3f2504e0-4f89-11d3-9a0c-0305e82c3301"):
        assert found(desk, model, q=text) == set()


def test_filters_find_what_they_say(desk: Client) -> None:
    full = paid()
    waiting = paid(status="pending", captured_minor=0, purpose="tip", gateway="cash")
    back = promised(full, 100, "failed")
    seen = webhook("done")

    assert found(desk, "payment", status__exact="pending") == {waiting.pk}
    assert found(desk, "payment", gateway="sandbox") == {full.pk}
    assert found(desk, "payment", purpose__exact="tip") == {waiting.pk}
    assert found(desk, "payment", created_at_from="2000-01-01") == {full.pk, waiting.pk}
    assert found(desk, "payment", created_at_to="2000-01-01") == set()
    assert found(desk, "refund", status__exact="failed", gateway="sandbox") == {back.pk}
    assert found(desk, "refund", status__exact="pending") == set()
    assert found(desk, "webhookevent", state__exact="done") == {seen.pk}
    assert found(desk, "webhookevent", q=seen.event_id) == found(desk, "webhookevent", q="payment.") == {seen.pk}
    assert len(found(desk, "journal", q="capture:")) == len(found(desk, "journal", q=str(full.payable_id))) == 1
    assert found(desk, "journal", q="refund:") == set()
    assert len(found(desk, "ledgeraccount", q="gateway:", currency__in="INR")) == 1


def test_a_payments_page_tells_of_calls_refunds_and_books_to_those_who_may_see_them(desk: Client) -> None:
    things = something_of_everything()
    _, support = staff_as(StaffRole.SUPPORT, "Sam")
    url = page("payment", "change", things["payment"].pk)

    panels = [panel.title for panel in desk.get(url).context["panels"]]

    assert panels == ["Refunds", "Calls to the gateway", "The books of this thing"]
    assert [panel.title for panel in support.get(url).context["panels"]] == ["Refunds"]


def test_files_have_totals_in_each_currency_and_no_formulas(desk: Client) -> None:
    rupee, dollar = paid(10_050, fee_minor=50), paid(2_000, currency="USD")
    promised(rupee, 550)
    refund = promised(dollar, 100)

    payments = lines_of(in_bulk(desk, "payment", "export_csv", rupee, dollar))
    refunds = lines_of(in_bulk(desk, "refund", "export_csv", refund))
    postings = lines_of(in_bulk(desk, "journal", "export_csv", *Journal.objects.all()))

    assert [line["id"] for line in payments] == [str(rupee.pk), str(dollar.pk), "Total INR", "Total USD"]
    assert [line["gross"] for line in payments] == ["100.50", "20.00", "100.50", "20.00"]
    assert [line["reserved"] for line in payments[:2]] == ["5.50", "1.00"]
    assert (payments[0]["payer"], payments[0]["fee"], payments[0]["net"]) == ("Alice =1+1", "0.50", "100.00")
    assert [line["amount"] for line in refunds] == ["1.00", "1.00"]
    assert [(line["debit"], line["credit"]) for line in postings[-2:]] == [("100.50", "100.50"), ("20.00", "20.00")]
    assert AuditEntry.objects.filter(action="exported").count() == 3


def test_the_trial_balance_is_even_as_of_a_day_and_names_no_person(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    paid(10_000)
    for name in ("ann", "ben"):
        post("given", key=name, moves=[Debit("fees", rupees(30)), Credit(f"credit:{name}", rupees(30))])
    url = reverse("admin:payments_trial_balance")
    desk.get(url)

    with django_assert_num_queries(4):
        (sheet,) = desk.get(url).context["sheets"]

    assert (sheet.is_even, str(sheet.debit)) == (True, "100.60")
    assert sheet.rows == [
        ("credit:*", "", "0.60"),
        ("customer:deposits", "", "100.00"),
        ("fees", "0.60", ""),
        ("gateway:sandbox", "100.00", ""),
    ]
    assert desk.get(url, {"day": "2001-01-01"}).context["sheets"] == []
    assert desk.get(url, {"day": "soon"}).context["sheets"][0].is_even
    assert [line["debit"] for line in lines_of(desk.get(url, {"csv": "1"}))][-1] == "100.60"


def test_an_account_shows_its_balance_and_postings(desk: Client) -> None:
    paid(10_000)
    account = LedgerAccount.objects.get(code="customer:deposits")

    response = desk.get(page("ledgeraccount", "change", account.pk))

    (panel,) = response.context["panels"]
    assert panel.rows[0][-2:] == ("", "100.00 INR")
    assert "capture:" in str(panel.rows[0][1])


@pytest.mark.parametrize("state", ["needs_review", "orphan"])
def test_a_webhook_that_needs_a_person_is_worked_on_again(desk: Client, state: str) -> None:
    event, done = webhook(state), webhook("done")

    response = in_bulk(desk, "webhookevent", "replay", event, done, reason="The gateway was fixed")

    for each in (event, done):
        each.refresh_from_db()
    assert (event.state, event.attempts, event.error, event.due_at is None) == ("received", 0, "", False)
    assert (done.state, done.attempts) == ("done", 3)
    assert said(response)[0] == "Done for 1."
    assert AuditEntry.objects.filter(reason="The gateway was fixed", target_table="payments_webhookevent").count() == 1


@pytest.mark.parametrize("role", [StaffRole.ADMIN, StaffRole.SUPPORT])
def test_who_may_not_replay_is_not_obeyed(role: StaffRole) -> None:
    event = webhook()

    in_bulk(staff_as(role)[1], "webhookevent", "replay", event)

    event.refresh_from_db()
    assert event.state == "needs_review"


def test_a_webhooks_body_is_shown_without_its_secrets(desk: Client) -> None:
    shown = desk.get(page("webhookevent", "change", webhook().pk)).content.decode()
    nonsense = desk.get(page("webhookevent", "change", webhook(body=b"\xff<xml>").pk)).content.decode()

    assert "ValueError: no" in shown
    assert "&quot;status&quot;: &quot;paid&quot;" in shown
    assert "s3cret" not in shown
    assert "alice@example.com" not in shown
    assert "6 bytes that are no JSON" in nonsense
