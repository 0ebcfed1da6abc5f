"""What a specialist tells before and after an appointment: where to meet, what to prepare, what was done."""

import django.contrib.postgres.fields
from django.db import migrations, models

from common.table_guards import AuditTable

PRIVATE = [
    "title",
    "description",
    "notes",
    "answers",
    "address",
    "metadata",
    "attendees",
    "cancellation_reason",
]
PASSING = ["steps", "sequence", "reminder_due_at"]
AUDITED_BEFORE = AuditTable("bookings_booking", hide=PRIVATE, ignore=PASSING)
AUDITED = AuditTable(
    "bookings_booking",
    hide=[*PRIVATE, "meeting_link", "preparation_notes", "completion_notes", "deliverables"],
    ignore=PASSING,
)


class Migration(migrations.Migration):
    dependencies = [("bookings", "0002_guards")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="meeting_link",
            field=models.CharField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="booking",
            name="preparation_notes",
            field=models.TextField(blank=True, max_length=2000),
        ),
        migrations.AddField(
            model_name="booking",
            name="completion_notes",
            field=models.TextField(blank=True, max_length=2000),
        ),
        migrations.AddField(
            model_name="booking",
            name="deliverables",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=200), blank=True, default=list, size=30
            ),
        ),
        migrations.RunSQL(AUDITED_BEFORE.reverse_sql, AUDITED_BEFORE.sql),
        AUDITED,
    ]
