"""The settings page: validated, audited, in force at once, and read without being changed."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from common.models import AuditEntry
from common.models.platform import PlatformSettings
from common.platform import platform_settings

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_only")]

SETTINGS_PAGE = "/admin/common/platformsettings/1/change/"


def settings_form(client: Client, **changes: Any) -> dict[str, Any]:
    page = client.get(SETTINGS_PAGE)
    form, row = page.context["adminform"].form, page.context["original"]
    values = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    sent = {name: value for name, value in values.items() if value is not None and value is not False}
    return {**sent, "edited_version": row.updated_at.isoformat(), **changes}


def test_a_setting_is_changed_audited_with_its_reason_and_in_force_at_once(
    as_asha: Client, asha: User, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_asha.post(SETTINGS_PAGE, settings_form(as_asha, commission_percent="25.00", reason="new contract"))

    assert answer.status_code == 302
    assert platform_settings().commission_percent == 25
    entry = AuditEntry.objects.filter(target_table="common_platformsettings").get()
    assert (entry.actor_id, entry.reason) == (asha.pk, "new contract")
    assert entry.changes == {"commission_percent": [30.0, 25.0]}


@pytest.mark.parametrize("nonsense", [{"commission_percent": "130"}, {"unpaid_hold_minutes": "0"}])
def test_a_setting_out_of_range_is_an_error_beside_its_field(as_asha: Client, nonsense: dict[str, str]) -> None:
    answer = as_asha.post(SETTINGS_PAGE, settings_form(as_asha, **nonsense))

    assert (answer.status_code, list(answer.context["adminform"].form.errors)) == (200, list(nonsense))


def test_a_setting_changed_behind_everybodys_back_is_recorded_as_the_systems() -> None:
    PlatformSettings.objects.update(commission_percent=20)

    entry = AuditEntry.objects.filter(target_table="common_platformsettings").get()
    assert (entry.actor_id, entry.source) == (None, "system")


def test_settings_may_be_read_without_being_changed(as_asha: Client) -> None:
    person = User.objects.create_user("ravi@almanac.example", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename="view_platformsettings"))
    ravi = Client()
    ravi.force_login(person)

    assert ravi.get(SETTINGS_PAGE).status_code == 200
    assert ravi.post(SETTINGS_PAGE, settings_form(as_asha, commission_percent="1")).status_code == 403
