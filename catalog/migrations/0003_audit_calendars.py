"""Watches what staff change about somebody's time. A calendar's version is bookkeeping."""

from django.db import migrations

from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_calendar_numbers"), ("common", "0002_audit_guard")]

    operations = [
        AuditTable("catalog_calendar", ignore=["version"]),
        AuditTable("catalog_timeoff", target=("catalog_calendar", "calendar_id")),
    ]
