"""What is written of points stays; staff leave a trace, and have their permissions."""

from django.db import migrations

from accounts.roles import GrantRoles
from common.table_guards import AppendOnlyTable, AuditTable


class Migration(migrations.Migration):
    dependencies = [
        ("loyalty", "0001_initial"),
        ("accounts", "0007_roles"),
        ("common", "0002_audit_guard"),
    ]

    operations = [
        AppendOnlyTable("loyalty_loyaltyentry"),
        AppendOnlyTable("loyalty_lotmove"),
        AuditTable("loyalty_loyaltyentry"),
        AuditTable("loyalty_promocode", ignore=["used_count"]),
        GrantRoles("loyalty"),
    ]
