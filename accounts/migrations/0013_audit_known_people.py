"""Watches whom services know, because it lets them act for people; what a service says of them stays out of the log."""

from django.db import migrations

from accounts.roles import GrantRoles
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
        GrantRoles("accounts", only=("view_knownperson",)),
    ]
