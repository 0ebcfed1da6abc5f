"""Watches people and what they may do. A customer's own changes to the profile are nobody else's business."""

from django.db import migrations

from common.table_guards import AuditTable

# What django-otp writes at every use of a device.
DEVICE_BOOKKEEPING = [
    "last_t", "drift", "last_used_at", "last_generated_timestamp", "throttling_failure_count",
    "throttling_failure_timestamp",
]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("common", "0002_audit_guard"),
        ("otp_static", "0003_add_timestamps"),
        ("otp_totp", "0003_add_timestamps"),
    ]

    operations = [
        AuditTable("accounts_user", hide=["password"], ignore=["last_login"], without_actor="is_staff"),
        AuditTable("accounts_user_groups", target=("accounts_user", "user_id"), without_actor="true"),
        AuditTable("accounts_user_user_permissions", target=("accounts_user", "user_id"), without_actor="true"),
        AuditTable("auth_group", without_actor="true"),
        AuditTable("auth_group_permissions", target=("auth_group", "group_id"), without_actor="true"),
        AuditTable(
            "otp_totp_totpdevice",
            hide=["key"],
            ignore=DEVICE_BOOKKEEPING,
            target=("accounts_user", "user_id"),
            without_actor="true",
        ),
        AuditTable(
            "otp_static_staticdevice",
            ignore=DEVICE_BOOKKEEPING,
            target=("accounts_user", "user_id"),
            without_actor="true",
        ),
    ]
