"""The desk looks people up by how their name begins, among however many there are."""

from django.db import migrations

# Django asks by UPPER(column::text) LIKE 'AL%'. The table is the accounts' own; their pages do not ask like this.
INDEXES = {"people_by_first_name": "first_name", "people_by_last_name": "last_name"}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_roles"), ("bookings", "0030_roles")]

    operations = [
        migrations.RunSQL(
            f'CREATE INDEX {name} ON accounts_user (upper("{column}"::text) text_pattern_ops)', f"DROP INDEX {name}"
        )
        for name, column in INDEXES.items()
    ]
