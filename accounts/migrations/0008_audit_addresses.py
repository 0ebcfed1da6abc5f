"""Watches what staff do to addresses."""

from django.db import migrations

from common.table_guards import AuditTable


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_roles")]

    operations = [AuditTable("accounts_address")]
