"""The one row of platform settings, so that figures once in force do not change with the defaults of a later version."""

from django.db import migrations

from common.table_guards import AuditTable


def create(apps, schema_editor):
    apps.get_model("common", "PlatformSettings").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("common", "0002_audit_guard")]

    operations = [
        migrations.RunPython(create, migrations.RunPython.noop),
        AuditTable("common_platformsettings", without_actor="true"),
    ]
