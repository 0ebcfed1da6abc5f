"""Watches what staff do to payments and refunds. Bodies of webhooks are kept as they came, not copied."""

from django.db import migrations

from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("payments", "0003_money"), ("common", "0002_audit_guard")]

    operations = [
        AuditTable("payments_payment", hide=["client"], ignore=["due_at"]),
        AuditTable("payments_refund"),
        AuditTable("payments_webhookevent", hide=["body"], ignore=["due_at", "attempts"]),
    ]
