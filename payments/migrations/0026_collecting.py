"""Those at the desk, and those who look after the books, may note cash that was received."""

from django.db import migrations

from accounts.roles import GrantRoles


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0025_cards_that_are_forgotten"),
        ("accounts", "0007_roles"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="payment",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("refund_payment", "Can refund payments"),
                    ("collect_payment", "Can note cash that was received"),
                    ("export_payment", "Can export payments as CSV"),
                ],
            },
        ),
        GrantRoles("payments", only=("collect_payment",)),
    ]
