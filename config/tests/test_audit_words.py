"""What managers read in the audit log: sentences with the names and labels that they know."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import Service
from catalog.tests.factories import service
from common import audit, clock
from common.audit_words import AuditWords
from common.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def asha() -> User:
    return User.objects.create_superuser("asha@almanac.example", first_name="Asha")


@pytest.fixture
def as_asha(client: Client, asha: User, settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(asha, backend="django.contrib.auth.backends.ModelBackend")
    return client


def told(**found: Any) -> str:
    """The newest entry as a sentence."""
    entry = AuditEntry.objects.filter(**found).latest("id")
    words = AuditWords([entry])
    return f"{words.who(entry)} {words.sentence(entry)}"


def test_a_change_names_its_object_its_fields_and_both_sides(asha: User) -> None:
    facial = service(None, name="Facial")
    with audit.acting(asha):
        Service.objects.filter(pk=facial.pk).update(price_minor=99_950, is_active=False, image_url="")
        Service.objects.filter(pk=facial.pk).update(owner=None, description="Now longer")

    first, second = AuditEntry.objects.about(facial).order_by("id")[:2]
    words = AuditWords([first, second])

    assert words.who(first) == "Asha"
    assert words.sentence(first) == "changed service “Facial”: Offered: yes → no; Price: 1500.00 INR → 999.50 INR"
    assert words.sentence(second) == "changed service “Facial”: Description: Now longer"


def test_a_role_is_given_by_its_name(asha: User) -> None:
    ravi = User.objects.create_user("ravi@almanac.example", first_name="Ravi")
    with audit.acting(asha):
        ravi.groups.add(Group.objects.create(name="Night desk"))

    assert told(action="linked", target_id=ravi.pk) == "Asha added to user “Ravi”: Role: Night desk"


def test_what_is_gone_keeps_its_last_name_and_secrets_stay_secret(asha: User) -> None:
    ravi = User.objects.create_user("ravi@almanac.example", first_name="Ravi", is_staff=True)
    with audit.acting(asha):
        User.objects.filter(pk=ravi.pk).update(password="x" * 20)
        changed = told(target_id=ravi.pk)
        ravi.delete()

    assert changed == "Asha changed user “Ravi”: Password: (changed)"
    assert told(action="deleted") == "Asha deleted user “ravi@almanac.example”"


def test_deeds_that_change_no_row_read_as_sentences(asha: User) -> None:
    audit.record("exported", User, actor=asha)
    audit.record("sign-in failed", data={"name": "mallory@example.com"})
    audit.record("second factor reset", asha, actor=asha)

    entries = list(AuditEntry.objects.order_by("-id")[:3])
    words = AuditWords(entries)
    assert [f"{words.who(each)} {words.sentence(each)}" for each in reversed(entries)] == [
        "Asha exported users",
        "System failed to sign in as mallory@example.com",
        "Asha reset the second factor of user “Asha”",
    ]


@pytest.mark.parametrize("verb", ["add/", "{pk}/delete/"])
def test_the_audit_log_offers_no_way_to_add_or_delete(as_asha: Client, asha: User, verb: str) -> None:
    """A020."""
    entry = AuditEntry.objects.earliest("id")

    path = f"/admin/common/auditentry/{verb.format(pk=entry.pk)}"
    assert as_asha.post(path, {"post": "yes"}).status_code == 403
    assert as_asha.post(f"/admin/common/auditentry/{entry.pk}/change/", {"reason": "x"}).status_code == 403
    assert AuditEntry.objects.filter(pk=entry.pk, reason="").exists()


def test_the_audit_list_costs_the_same_for_one_and_for_many(
    as_asha: Client, asha: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    about = {"action": "revealed", "target_table": "accounts_user", "target_id": str(asha.pk)}
    # A page of entries about people; what migrations and other tests left is on later pages.
    AuditEntry.objects.bulk_create(AuditEntry(**about) for _ in range(50))
    as_asha.get("/admin/common/auditentry/")

    for _ in range(2):
        # The last one asks for the names of the people whom the entries speak of.
        with django_assert_num_queries(8):
            as_asha.get("/admin/common/auditentry/")
        User.objects.create_user(f"{clock.now().timestamp()}@almanac.example", is_staff=True)
