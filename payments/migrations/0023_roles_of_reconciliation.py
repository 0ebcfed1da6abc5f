"""Watches what staff do about days of gateways, and lets those do it who look after the money."""

from django.db import migrations

from accounts.roles import GrantRoles
from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("payments", "0022_reconciliation"), ("accounts", "0007_roles"), ("common", "0002_audit_guard")]

    operations = [
        AuditTable("payments_reconciliationrun", ignore=["due_at", "attempts", "counts", "totals"]),
        AuditTable("payments_reconciliationline", ignore=["attempt"]),
        GrantRoles(
            "payments",
            only=[
                "view_reconciliationrun",
                "view_reconciliationline",
                "rerun_reconciliationrun",
                "resolve_reconciliationline",
                "export_reconciliationrun",
            ],
        ),
    ]
