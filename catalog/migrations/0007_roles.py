"""Gives the roles of the back office what they may do with the catalog."""

from django.db import migrations

from accounts.roles import GrantRoles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_roles"),
        ("catalog", "0006_time_off_series"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [GrantRoles("catalog")]
