"""Watches what staff change about what is offered, prices first of all. Ratings follow the reviews."""

from django.db import migrations

from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("catalog", "0003_audit_calendars"), ("common", "0002_audit_guard")]

    operations = [
        AuditTable("catalog_category"),
        AuditTable("catalog_tier"),
        AuditTable("catalog_service"),
        AuditTable("catalog_specialist", ignore=["rating_sum", "rating_count"]),
        AuditTable("catalog_resource"),
    ]
