"""Finance may take away what codes were used for."""

from django.db import migrations

from accounts.roles import GrantRoles


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_guards_and_roles")]

    operations = [
        migrations.AlterModelOptions(
            name="promoredemption",
            options={
                "default_permissions": ("view",),
                "ordering": ["-id"],
                "permissions": [("export_promoredemption", "Can export uses of promo codes as CSV")],
                "verbose_name": "use of a promo code",
                "verbose_name_plural": "uses of promo codes",
            },
        ),
        GrantRoles("loyalty", only=["export_promoredemption"]),
    ]
