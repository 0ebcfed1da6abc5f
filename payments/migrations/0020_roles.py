"""Staff have their permissions: approving is of refunds, and the ledger is taken away by its own permission."""

from django.db import migrations

from accounts.roles import GrantRoles


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0010_refunds_under_way"),
        ("accounts", "0007_roles"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="ledgeraccount",
            options={
                "default_permissions": ("view",),
                "ordering": ["code", "currency"],
                "permissions": [("export_ledgeraccount", "Can export the ledger as CSV")],
                "verbose_name": "account",
            },
        ),
        migrations.AlterModelOptions(
            name="payment",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("refund_payment", "Can refund payments"),
                    ("export_payment", "Can export payments as CSV"),
                ],
            },
        ),
        migrations.AlterModelOptions(
            name="refund",
            options={
                "ordering": ["-id"],
                "permissions": [("approve_refund", "Can approve large refunds")],
            },
        ),
        GrantRoles("payments"),
    ]
