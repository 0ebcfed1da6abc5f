"""What is left to pay is held before the start and taken after the end, when its time has come."""

from django.db import migrations, models
from django.db.models import Q

from common.table_guards import AuditTable

HIDDEN = [
    "title",
    "description",
    "notes",
    "answers",
    "address",
    "metadata",
    "attendees",
    "cancellation_reason",
    "meeting_link",
    "preparation_notes",
    "completion_notes",
    "deliverables",
]
PASSING = ["steps", "sequence", "reminder_due_at"]
AUDITED_BEFORE = AuditTable("bookings_booking", hide=HIDDEN, ignore=PASSING)
AUDITED = AuditTable("bookings_booking", hide=HIDDEN, ignore=[*PASSING, "rest_due_at", "rest_tries"])


class Migration(migrations.Migration):
    dependencies = [("bookings", "0032_checkout_previews")]

    operations = [
        migrations.AddField(
            model_name="booking",
            name="rest_due_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="booking",
            name="rest_tries",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddIndex(
            model_name="booking",
            index=models.Index(
                condition=Q(rest_due_at__isnull=False), fields=["rest_due_at"], name="bookings_with_a_rest"
            ),
        ),
        migrations.RunSQL(AUDITED_BEFORE.reverse_sql, AUDITED_BEFORE.sql),
        AUDITED,
    ]
