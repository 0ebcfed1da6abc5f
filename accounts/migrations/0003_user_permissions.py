from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_audit_people")]

    operations = [
        migrations.AlterModelOptions(
            name="user",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("block_user", "Can block and unblock people"),
                    ("export_user", "Can export people as CSV"),
                ],
            },
        ),
    ]
