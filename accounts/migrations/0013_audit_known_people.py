"""Watches whom services know, because it lets them act for people. What a service says of them stays out of the log."""

from django.db import migrations

from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0012_known_people")]

    operations = [
        AuditTable(
            "accounts_knownperson",
            hide=["chat_id", "phone_number"],
            target=("accounts_user", "user_id"),
            without_actor="true",
        ),
    ]
