"""Says what overruling is, and gives the roles of the back office what they may do with bookings."""

from django.db import migrations

from accounts.roles import GrantRoles


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_roles"),
        ("bookings", "0020_calendar_feeds"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="booking",
            options={
                "ordering": ["-id"],
                "permissions": [
                    ("confirm_booking", "Can confirm bookings"),
                    ("cancel_booking", "Can cancel bookings"),
                    ("reschedule_booking", "Can reschedule bookings"),
                    ("complete_booking", "Can complete bookings and mark no-shows"),
                    ("override_booking", "Can book beyond notice, horizon and opening hours"),
                    ("export_booking", "Can export bookings as CSV"),
                ],
            },
        ),
        GrantRoles("bookings"),
    ]
