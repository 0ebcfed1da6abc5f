"""Makes the groups that the platform knows, and gives the roles of the back office what they may do."""

from typing import Any

from django.db import migrations

from accounts.enums import Role
from accounts.roles import GrantRoles


def make_groups(apps: Any, _editor: Any) -> None:
    for role in Role:
        apps.get_model("auth", "Group").objects.get_or_create(name=role.value)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_group_mirror"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("common", "0002_audit_guard"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("notifications", "0002_audit_contact_forms"),
    ]

    operations = [
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        GrantRoles("accounts"),
        GrantRoles("auth"),
        GrantRoles("common"),
        GrantRoles("notifications"),
    ]
