"""What the roles of the back office see and do of the catalog."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.roles import ROLE_PERMISSIONS, StaffRole
from accounts.services import join
from catalog.tests.factories import person, service

pytestmark = pytest.mark.django_db


def member(role: StaffRole, settings: Settings) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    dana = person("Dana", is_staff=True)
    join(dana, role)
    client = Client()
    client.force_login(dana, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pages() -> dict[str, str]:
    """The lists of the catalog in the back office, by model."""
    models = [model for model in admin.site._registry if model._meta.app_label == "catalog"]
    return {
        str(model._meta.model_name): reverse(f"admin:catalog_{model._meta.model_name}_changelist") for model in models
    }


@pytest.mark.parametrize("role", StaffRole)
def test_the_database_says_what_the_table_says(role: StaffRole) -> None:
    granted = Group.objects.get(name=role.value).permissions.filter(content_type__app_label="catalog")

    assert sorted(granted.values_list("codename", flat=True)) == sorted(set(ROLE_PERMISSIONS[role]["catalog"]))


@pytest.mark.parametrize("role", StaffRole)
def test_a_role_opens_exactly_its_pages(role: StaffRole, settings: Settings) -> None:
    client = member(role, settings)

    answers = {name: client.get(path).status_code for name, path in pages().items()}

    opened = {name for name, status in answers.items() if status == 200}
    assert opened == {name for name in answers if f"view_{name}" in ROLE_PERMISSIONS[role]["catalog"]}
    assert set(answers.values()) <= {200, 403}


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (StaffRole.SUPER_ADMIN, True),
        (StaffRole.ADMIN, True),
        (StaffRole.SUPPORT, False),
        (StaffRole.FINANCE, False),
    ],
)
def test_only_admins_change_what_is_offered(role: StaffRole, allowed: bool, settings: Settings) -> None:
    offered = service(None)
    client = member(role, settings)

    page = client.get(reverse("admin:catalog_service_change", args=[offered.pk]))
    change = client.post(reverse("admin:catalog_service_change", args=[offered.pk]), {"name": "Free for all"})

    assert page.status_code == 200
    assert (b"_save" in page.content) is allowed
    assert (change.status_code != 403) is allowed
    # Nobody saves a form that is not whole.
    offered.refresh_from_db()
    assert offered.name == "Consultation"


def test_who_may_give_time_off_over_bookings_and_verify() -> None:
    may = {
        codename: {role for role in StaffRole if codename in ROLE_PERMISSIONS[role]["catalog"]}
        for codename in ("force_timeoff", "verify_specialist", "delete_timeoff")
    }

    assert may == {
        "force_timeoff": {StaffRole.SUPER_ADMIN, StaffRole.ADMIN},
        "verify_specialist": {StaffRole.SUPER_ADMIN, StaffRole.ADMIN},
        "delete_timeoff": {StaffRole.SUPER_ADMIN, StaffRole.ADMIN, StaffRole.SUPPORT},
    }
