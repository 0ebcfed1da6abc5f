"""Watches what staff make of contact forms. What visitors wrote stays out of the audit log."""

from django.db import migrations

from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial"), ("common", "0002_audit_guard")]

    operations = [
        AuditTable(
            "notifications_contactsubmission", hide=["name", "email", "phone", "subject", "message"]
        ),
    ]
