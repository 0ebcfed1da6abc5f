"""The back office as superusers, staff with some permissions, and everybody else find it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.core.checks import run_checks
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common import clock
from common.exports import BYTE_ORDER_MARK
from common.failed_tasks import note_failure
from common.models import AuditEntry, OutboxEvent, ProofRun

pytestmark = pytest.mark.django_db

PEOPLE = "/admin/accounts/user/"
EVERY_LIST = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
OWN_PAGES = ["/admin/", "/admin/jobs/", "/admin/search/?s=a", "/admin/password_change/"]


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def asha() -> User:
    return User.objects.create_superuser("asha@almanac.example", first_name="Asha")


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice", phone_number="+919876500001")


@pytest.fixture
def as_asha(client: Client, asha: User) -> Client:
    client.force_login(asha)
    return client


def staff_with(*permissions: str) -> User:
    ravi = User.objects.create_user("ravi@almanac.example", first_name="Ravi", is_staff=True)
    ravi.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return ravi


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def change_page(user: User) -> str:
    return reverse("admin:accounts_user_change", args=[user.pk])


def filled_form(client: Client, user: User, **changes: Any) -> dict[str, Any]:
    """The change form as a browser would send it back, with `changes`."""
    form = client.get(change_page(user)).context["adminform"].form
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {
        name: value for name, value in values.items() if value is not None and value is not False and name != "password"
    }
    user.refresh_from_db()
    return {**sent, "groups": [], "edited_version": user.updated_at.isoformat(), **changes}


# Doors


@pytest.mark.parametrize("path", [*EVERY_LIST, *OWN_PAGES])
def test_a_superuser_opens_every_page_and_a_customer_none(as_asha: Client, alice: User, path: str) -> None:
    assert as_asha.get(path, follow=True).status_code == 200

    answer = signed_in(alice).get(path)
    assert (answer.status_code, answer.headers.get("Location", "").split("?")[0]) == (302, "/admin/login/")


@pytest.mark.parametrize("path", EVERY_LIST)
def test_staff_without_permissions_open_no_list(path: str) -> None:
    assert signed_in(staff_with()).get(path).status_code == 403


def test_a_list_opens_with_its_own_permission_and_its_neighbours_stay_shut() -> None:
    ravi = signed_in(staff_with("view_outboxevent"))

    opened = [path for path in EVERY_LIST if ravi.get(path).status_code == 200]

    assert opened == ["/admin/common/outboxevent/"]


def test_the_sidebar_shows_only_what_one_may_open() -> None:
    page = signed_in(staff_with("view_user")).get("/admin/").content.decode()

    assert "/admin/accounts/user/" in page
    assert "/admin/common/auditentry/" not in page
    assert "/admin/jobs/" not in page


def test_every_page_passes_the_back_offices_own_checks() -> None:
    assert [found for found in run_checks() if found.id and found.id.startswith("almanac.E1")] == []


# People


def test_people_are_found_by_name_mail_and_phone(as_asha: Client, alice: User) -> None:
    User.objects.create_user("bob@example.com", first_name="Bob")

    for words in ("alice", "ALICE@example", "9876500001", str(alice.pk)):
        found = as_asha.get(PEOPLE, {"q": words}).context["cl"].result_list
        assert [person.pk for person in found] == [alice.pk]


@pytest.mark.parametrize("people", [1, 3])
def test_the_list_of_people_costs_the_same_for_one_and_for_three(
    as_asha: Client, django_assert_num_queries: DjangoAssertNumQueries, people: int
) -> None:
    for number in range(people):
        User.objects.create_user(f"p{number}@example.com")
    as_asha.get(PEOPLE)

    with django_assert_num_queries(6):
        as_asha.get(PEOPLE)


@pytest.mark.parametrize("query", ["password__startswith=argon2", "user_permissions__codename=x", "password=x"])
def test_a_filter_cannot_ask_for_passwords(as_asha: Client, query: str) -> None:
    """A022."""
    answer = as_asha.get(f"{PEOPLE}?{query}")

    assert answer.status_code in (302, 400)


def test_blocking_asks_for_a_reason_first(as_asha: Client, alice: User) -> None:
    page = as_asha.post(PEOPLE, {"action": "block", "_selected_action": alice.pk})

    assert "Alice" in page.content.decode()
    assert "reason" in page.content.decode()
    alice.refresh_from_db()
    assert alice.is_active


def test_blocking_signs_out_at_once_and_leaves_the_reason(as_asha: Client, asha: User, alice: User) -> None:
    ravi = staff_with("view_user")
    his = signed_in(ravi)

    as_asha.post(
        PEOPLE, {"action": "block", "_selected_action": [ravi.pk], "confirmed": "yes", "reason": "left the firm"}
    )

    assert his.get("/admin/").status_code == 302
    entry = AuditEntry.objects.about(ravi).latest("id")
    assert (entry.actor_id, entry.reason, entry.changes) == (asha.pk, "left the firm", {"is_active": [True, False]})


def test_what_cannot_be_done_is_reported_and_the_rest_is_done(as_asha: Client, asha: User, alice: User) -> None:
    page = as_asha.post(
        PEOPLE,
        {"action": "block", "_selected_action": [asha.pk, alice.pk], "confirmed": "yes", "reason": "test"},
        follow=True,
    )

    assert "Done for 1." in page.content.decode()
    assert "Nobody can block themselves." in page.content.decode()
    alice.refresh_from_db()
    assert not alice.is_active


def test_an_action_without_its_permission_is_neither_offered_nor_obeyed(alice: User) -> None:
    ravi = signed_in(staff_with("view_user", "change_user"))

    assert 'value="block"' not in ravi.get(PEOPLE).content.decode()
    ravi.post(PEOPLE, {"action": "block", "_selected_action": alice.pk, "confirmed": "yes", "reason": "because"})

    alice.refresh_from_db()
    assert alice.is_active


def test_an_action_does_not_reach_a_row_that_the_filter_hides(as_asha: Client, alice: User) -> None:
    form = {"action": "block", "_selected_action": alice.pk, "confirmed": "yes", "reason": "because"}

    as_asha.post(f"{PEOPLE}?is_staff__exact=1", form)

    alice.refresh_from_db()
    assert alice.is_active


def test_nobody_makes_themselves_more_than_they_are(alice: User) -> None:
    ravi = staff_with("view_user", "change_user")
    client = signed_in(ravi)

    client.post(change_page(alice), filled_form(client, alice, is_superuser="on", is_staff="on", first_name="Alicia"))
    own = client.post(change_page(ravi), {"is_superuser": "on", "email": ravi.email})

    alice.refresh_from_db()
    ravi.refresh_from_db()
    assert (alice.first_name, alice.is_superuser, alice.is_staff) == ("Alicia", False, False)
    assert (own.status_code, ravi.is_superuser) == (403, False)


def test_the_password_of_staff_is_set_by_superusers_only(asha: User) -> None:
    ravi = signed_in(staff_with("view_user", "change_user"))

    answer = ravi.post(
        f"/admin/accounts/user/{asha.pk}/password/", {"password1": "taken over it is", "password2": "taken over it is"}
    )

    asha.refresh_from_db()
    assert (answer.status_code, asha.check_password("taken over it is")) == (403, False)


@pytest.mark.parametrize("path", ["add/", "{group}/change/", "{group}/delete/"])
def test_a_role_is_changed_by_superusers_only(path: str) -> None:
    group = Group.objects.create(name="support")
    ravi = signed_in(staff_with("view_group", "add_group", "change_group", "delete_group"))

    assert (
        ravi.post(f"/admin/auth/group/{path.format(group=group.pk)}", {"name": "x", "post": "yes"}).status_code == 403
    )
    assert list(Group.objects.filter(name__in=["support", "x"]).values_list("name", flat=True)) == ["support"]


def test_people_are_never_deleted(as_asha: Client, alice: User) -> None:
    assert as_asha.post(f"/admin/accounts/user/{alice.pk}/delete/", {"post": "yes"}).status_code == 403
    as_asha.post(PEOPLE, {"action": "delete_selected", "_selected_action": alice.pk, "post": "yes"})

    assert User.objects.filter(pk=alice.pk).exists()


def test_a_new_member_of_staff_is_made_with_a_hashed_password(as_asha: Client) -> None:
    as_asha.post(
        f"{PEOPLE}add/",
        {
            "email": "Leela@Almanac.Example",
            "usable_password": "true",
            "password1": "a long enough password",
            "password2": "a long enough password",
        },
    )

    leela = User.objects.get(email="leela@almanac.example")
    assert leela.check_password("a long enough password")


def test_the_second_of_two_editors_is_told_and_overwrites_nothing(as_asha: Client, alice: User) -> None:
    first, second = (filled_form(as_asha, alice, first_name=name) for name in ("First", "Second"))
    as_asha.post(change_page(alice), first)

    answer = as_asha.post(change_page(alice), second)
    again = as_asha.post(change_page(alice), second)

    alice.refresh_from_db()
    assert (answer.status_code, again.status_code, alice.first_name) == (409, 409, "First")
    assert "Somebody else changed this" in answer.content.decode()
    assert second["edited_version"] in answer.content.decode()


def test_a_day_in_the_date_hierarchy_is_the_business_day(as_asha: Client, alice: User) -> None:
    # Half past midnight in India is still the day before in UTC.
    User.objects.filter(pk=alice.pk).update(created_at=datetime(2026, 3, 9, 19, 0, tzinfo=UTC))

    on = {"created_at__year": 2026, "created_at__month": 3}
    tenth = as_asha.get(PEOPLE, {**on, "created_at__day": 10}).context["cl"].result_list
    ninth = as_asha.get(PEOPLE, {**on, "created_at__day": 9}).context["cl"].result_list

    assert ([person.pk for person in tenth], list(ninth)) == ([alice.pk], [])


def test_the_export_is_harmless_in_a_spreadsheet_permitted_and_audited(asha: User) -> None:
    mallory = User.objects.create_user("mallory@example.com", first_name="=cmd|' /C calc'!A0")
    form = {"action": "export_csv", "_selected_action": mallory.pk}

    text = b"".join(signed_in(asha).post(PEOPLE, form)).decode()
    refused = signed_in(staff_with("view_user")).post(PEOPLE, form)

    assert text.startswith(BYTE_ORDER_MARK)
    assert "'=cmd|" in text
    assert refused.headers["Content-Type"].startswith("text/html")
    assert AuditEntry.objects.filter(action="exported").values_list("actor_id", flat=True).get() == asha.pk


# The platform


def test_the_first_page_costs_the_same_however_much_there_is(
    as_asha: Client, asha: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    about = {"action": "revealed", "target_table": "accounts_user", "target_id": str(asha.pk)}
    AuditEntry.objects.bulk_create(AuditEntry(**about) for _ in range(8))
    as_asha.get("/admin/")

    for _ in range(2):
        with django_assert_num_queries(13):
            as_asha.get("/admin/")
        OutboxEvent.objects.bulk_create(OutboxEvent(name="a.b", subject="c") for _ in range(3))
        User.objects.bulk_create(User(email=f"{n}-{clock.now().timestamp()}@example.com") for n in range(3))


def test_the_history_of_somebody_is_their_audit_log(as_asha: Client, asha: User, alice: User) -> None:
    as_asha.post(change_page(alice), filled_form(as_asha, alice, first_name="<b>Alicia</b>"))

    page = as_asha.get(f"/admin/accounts/user/{alice.pk}/history/", follow=True)
    entry = page.context["cl"].result_list[0]
    detail = as_asha.get(f"/admin/common/auditentry/{entry.pk}/change/").content.decode()

    assert (len(page.context["cl"].result_list), entry.actor_id) == (1, asha.pk)
    assert "&lt;b&gt;Alicia&lt;/b&gt;" in detail
    assert "<b>Alicia</b>" not in detail


def test_a_dead_event_is_replayed_with_a_reason_and_a_living_one_is_not(as_asha: Client) -> None:
    dead = OutboxEvent.objects.create(name="a.b", subject="1", dead_at=clock.now(), attempts=10)
    alive = OutboxEvent.objects.create(name="a.b", subject="2")

    page = as_asha.post(
        "/admin/common/outboxevent/",
        {"action": "replay", "_selected_action": [dead.pk, alive.pk], "confirmed": "yes", "reason": "mended"},
        follow=True,
    )

    dead.refresh_from_db()
    assert (dead.dead_at, dead.attempts) == (None, 0)
    assert "Only events that were given up" in page.content.decode()
    assert AuditEntry.objects.filter(action="replayed").values_list("target_id", flat=True).get() == str(dead.pk)


def test_an_events_page_shows_who_was_told(as_asha: Client) -> None:
    event = OutboxEvent.objects.create(name="a.b", subject="1")
    event.receipts.create(subscriber="accounts.subscribers.welcome", failures=2, last_error="ValueError in welcome")

    page = as_asha.get(f"/admin/common/outboxevent/{event.pk}/change/").content.decode()

    assert "accounts.subscribers.welcome" in page
    assert "ValueError in welcome" in page


def test_the_proofs_page_shows_a_line_each_and_runs_them_on_demand(as_asha: Client) -> None:
    line = {"id": "INV-83", "title": "The chain holds", "outcome": "ok", "rows": 0, "examples": [], "milliseconds": 1}
    run = ProofRun.objects.create(finished_at=clock.now(), proven=1, violated=0, errors=0, results=[line])

    assert "The chain holds" in as_asha.get(f"/admin/common/proofrun/{run.pk}/change/").content.decode()
    assert as_asha.get("/admin/common/proofrun/run/").status_code == 405
    assert as_asha.post("/admin/common/proofrun/run/").status_code == 302
    assert AuditEntry.objects.filter(action="proofs asked for").exists()


def test_the_jobs_page_says_what_waits_and_who_fails(as_asha: Client) -> None:
    event = OutboxEvent.objects.create(name="a.b", subject="1", dead_at=clock.now())
    event.receipts.create(subscriber="some.subscriber", failures=10, last_error="x")

    note_failure("some.task", LookupError("Alice"))

    page = as_asha.get("/admin/jobs/")

    assert "some.task" in page.content.decode()
    assert (page.context["queue_depth"], page.context["alive"], page.context["events"]["dead"]) == (0, False, 1)
    assert "some.subscriber" in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/admin/search/?s=a&page=abc",
        "/admin/search/?s=a&page=99",
        "/admin/accounts/user/?p=abc",
        "/admin/accounts/user/?e=1",
        "/admin/accounts/user/not-a-uuid/change/",
        "/admin/common/auditentry/99999999999999999999999/change/",
        "/admin/common/auditentry/?actor_id=nonsense",
        "/admin/common/auditentry/?target_table=%27%3B--",
        "/admin/common/auditentry/?at__year=99999",
        "/admin/accounts/user/?_to_field=password&_popup=1",
        "/admin/accounts/user/?created_at__month=13&created_at__year=2026",
    ],
)
def test_a_nonsensical_address_is_no_error_of_ours(as_asha: Client, path: str) -> None:
    assert as_asha.get(path).status_code < 500
