"""Roles of the back office: what each may see and do, and how groups reach the rate limits."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.api.rate_tiers import tier_of
from accounts.enums import Role
from accounts.models import User
from accounts.roles import ROLE_PERMISSIONS, StaffRole
from accounts.services import join
from common.api.throttles import Tier
from common.tests.probe.client import client_of

pytestmark = pytest.mark.django_db

MESSAGES = {"contactsubmission", "delivery", "notification", "device"}
PLATFORM = {"platformsettings", "outboxevent", "idempotencyrecord", "proofrun"}
SIGN_INS = {"user", "session", "serviceaccount"}
PAGES = {
    StaffRole.SUPER_ADMIN: MESSAGES | PLATFORM | SIGN_INS | {"group", "outgoingmessage", "auditentry"},
    StaffRole.ADMIN: MESSAGES | PLATFORM | SIGN_INS,
    StaffRole.SUPPORT: MESSAGES | {"user", "session"},
    StaffRole.FINANCE: {"user"},
}
# Apps of the upper floors say in tests of their own what roles see of them.
FLOORS_BELOW = ("accounts", "auth", "axes", "common", "notifications", "otp_static", "otp_totp")


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice")


def member(role: StaffRole, settings: Settings) -> tuple[User, Client]:
    settings.STAFF_SECOND_FACTOR = False
    person = User.objects.create_user("dana@example.com", is_staff=True)
    join(person, role)
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person, client


@pytest.mark.parametrize("role", StaffRole)
def test_a_role_opens_exactly_its_pages(role: StaffRole, settings: Settings) -> None:
    _, client = member(role, settings)
    models = [model for model in admin.site._registry if model._meta.app_label in FLOORS_BELOW]

    answers = {
        model._meta.model_name: client.get(
            reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"), follow=True
        ).status_code
        for model in models
    }

    opened = {name for name, status in answers.items() if status == 200}
    assert opened == PAGES[role]
    assert set(answers.values()) <= {200, 403}


@pytest.mark.parametrize("role", StaffRole)
def test_no_role_changes_roles_or_staff_or_itself(role: StaffRole, settings: Settings) -> None:
    """A019."""
    dana, client = member(role, settings)
    boss = User.objects.create_superuser("boss@example.com", "a long password")
    group = Group.objects.get(name=role.value)
    # Super admins see roles, and nothing of it can be saved.
    assert client.post(reverse("admin:auth_group_change", args=[group.pk]), {"name": "Mine"}).status_code == 403

    for person in (dana, boss):
        form = {"email": person.email, "is_superuser": "on", "edited_version": person.updated_at.isoformat()}
        assert client.post(reverse("admin:accounts_user_change", args=[person.pk]), form).status_code == 403

    dana.refresh_from_db()
    assert not dana.is_superuser
    assert Group.objects.filter(name="Mine").count() == 0


def test_a_role_cannot_give_privileges_to_a_customer(alice: User, settings: Settings) -> None:
    _, client = member(StaffRole.ADMIN, settings)
    form = {
        "email": alice.email,
        "first_name": "Alicia",
        "language": "en",
        "currency": "INR",
        "timezone": "Asia/Kolkata",
        "is_staff": "on",
        "is_superuser": "on",
        "edited_version": alice.updated_at.isoformat(),
    }

    client.post(reverse("admin:accounts_user_change", args=[alice.pk]), form)

    alice.refresh_from_db()
    assert (alice.is_staff, alice.is_superuser) == (False, False)


@pytest.mark.parametrize(
    ("role", "action", "allowed"),
    [
        (StaffRole.SUPPORT, "export_csv", False),
        (StaffRole.FINANCE, "export_csv", True),
        (StaffRole.FINANCE, "block", False),
        (StaffRole.SUPPORT, "block", True),
        (StaffRole.ADMIN, "reset_second_factor", False),
    ],
)
def test_actions_are_obeyed_only_where_the_role_allows_them(
    alice: User, role: StaffRole, action: str, allowed: bool, settings: Settings
) -> None:
    """A019."""
    _, client = member(role, settings)
    data: dict[str, Any] = {"action": action, "_selected_action": [str(alice.pk)], "confirmed": "1", "reason": "asked"}

    response = client.post(reverse("admin:accounts_user_changelist"), data)

    exported = response.get("Content-Type", "").startswith("text/csv")
    alice.refresh_from_db()
    assert (exported or not alice.is_active) is allowed


def test_the_table_names_only_permissions_that_exist() -> None:
    granted = {
        role: set(Group.objects.get(name=role.value).permissions.values_list("content_type__app_label", "codename"))
        for role in StaffRole
    }

    for role, permissions in ROLE_PERMISSIONS.items():
        stated = {(app, codename) for app, names in permissions.items() for codename in names if app in FLOORS_BELOW}
        assert {pair for pair in granted[role] if pair[0] in FLOORS_BELOW} == stated


def test_the_platforms_own_groups_exist() -> None:
    assert {role.value for role in Role} <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("roles", "tier"),
    [
        ([], Tier.STANDARD),
        ([Role.SPECIALISTS], Tier.STANDARD),
        ([Role.PARTNERS], Tier.PARTNER),
        ([Role.PREMIUM], Tier.PREMIUM),
        ([Role.PARTNERS, Role.PREMIUM], Tier.PREMIUM),
    ],
)
def test_groups_decide_how_often_somebody_may_ask(alice: User, roles: list[Role], tier: Tier) -> None:
    for role in roles:
        join(alice, role)
    alice.refresh_from_db()

    assert tier_of(alice) is tier


def test_the_tier_costs_no_query(
    alice: User, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.RATE_LIMITS = True
    join(alice, Role.PREMIUM)
    client = client_of(alice)
    client.get("/api/v1/auth/me")

    with django_assert_num_queries(1):
        response = client.get("/api/v1/auth/me")

    assert response["RateLimit-Limit"] == "500"


def test_the_names_of_groups_follow_every_change(alice: User) -> None:
    stale = User.objects.get(pk=alice.pk)
    join(alice, Role.PREMIUM)
    join(alice, Role.PARTNERS)
    alice.refresh_from_db()
    assert alice.group_names == ["Partners", "Premium"]

    # An object that was read before the groups were joined does not undo them.
    stale.first_name = "Al"
    stale.save()
    alice.refresh_from_db()
    assert (alice.first_name, alice.group_names) == ("Al", ["Partners", "Premium"])

    Group.objects.filter(name="Premium").update(name="Gold")
    Group.objects.get(name="Partners").delete()
    alice.refresh_from_db()
    assert alice.group_names == ["Gold"]

    alice.groups.clear()
    alice.refresh_from_db()
    assert alice.group_names == []
