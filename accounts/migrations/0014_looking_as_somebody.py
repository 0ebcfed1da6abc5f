"""Staff may look at the platform as somebody sees it."""

from django.db import migrations

from accounts.roles import GrantRoles


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_audit_known_people")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("block_user", "Can block and unblock people"),
                    ("export_user", "Can export people as CSV"),
                    ("impersonate_user", "Can look at the platform as somebody sees it"),
                ],
            },
        ),
        GrantRoles("accounts", only=("impersonate_user",)),
    ]
