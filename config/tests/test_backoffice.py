"""The doors of the back office as superusers, staff with some permissions, and everybody else find them."""

import pytest
from django.contrib import admin
from django.core.checks import run_checks
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from common import clock
from common.models import AuditEntry, OutboxEvent
from config.tests.office import signed_in, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_only")]

EVERY_LIST = [f"/admin/{model._meta.app_label}/{model._meta.model_name}/" for model in admin.site._registry]
NONSENSE = [
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
]
OWN_PAGES = ["/admin/", "/admin/jobs/", "/admin/search/?s=a", "/admin/password_change/"]


def test_a_superuser_opens_every_page_and_a_customer_none(as_asha: Client) -> None:
    pages = [*EVERY_LIST, *OWN_PAGES]
    alice = signed_in(User.objects.create_user("alice@example.com"))

    assert {path: as_asha.get(path, follow=True).status_code for path in pages} == dict.fromkeys(pages, 200)
    answers = {path: alice.get(path) for path in pages}
    assert {
        path: (answer.status_code, answer.headers.get("Location", "").split("?")[0]) for path, answer in answers.items()
    } == dict.fromkeys(pages, (302, "/admin/login/"))


def test_staff_without_permissions_open_no_list() -> None:
    ravi = signed_in(staff_with())

    assert {path: ravi.get(path).status_code for path in EVERY_LIST} == dict.fromkeys(EVERY_LIST, 403)


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


def test_a_nonsensical_address_is_no_error_of_ours(as_asha: Client) -> None:
    assert [path for path in NONSENSE if as_asha.get(path).status_code >= 500] == []
