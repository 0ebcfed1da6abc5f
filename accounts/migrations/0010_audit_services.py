"""Watches services and their keys, whoever changes them, and gives the roles what is new to them."""

from django.db import migrations

from accounts.roles import GrantRoles
from common.table_guards import AuditTable

NEW = (
    "view_serviceaccount",
    "add_serviceaccount",
    "change_serviceaccount",
    "rotate_serviceaccount",
    "view_servicekey",
    "end_session",
)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_service_accounts")]

    operations = [
        AuditTable("accounts_serviceaccount", without_actor="true"),
        AuditTable(
            "accounts_servicekey",
            hide=["key_hash", "sealed_secret"],
            ignore=["last_used_at"],
            target=("accounts_serviceaccount", "service_id"),
            without_actor="true",
        ),
        GrantRoles("accounts", only=NEW),
    ]
