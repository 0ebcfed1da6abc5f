"""People in the back office: found, blocked, changed, exported, and never more than their permissions allow."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from common.exports import BYTE_ORDER_MARK
from common.models import AuditEntry
from config.tests.office import PEOPLE, change_page, filled_form, signed_in, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_only")]


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice", phone_number="+919876500001")


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
