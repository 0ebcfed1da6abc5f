"""A series keeps what its bookings are made of and its start on the wall; an exception keeps what it was given."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from common.table_guards import AuditTable

SHOWN_BY_CLOCKS = """
UPDATE bookings_series SET
    local_date = (starts_at AT TIME ZONE timezone)::date, local_time = (starts_at AT TIME ZONE timezone)::time
"""
AUDITED_BEFORE = [
    AuditTable("bookings_series", hide=["title"], ignore=["sequence", "booked_until"]),
    AuditTable("bookings_seriesexception", target=("bookings_series", "series_id"), hide=["reason"]),
]
AUDITED = [
    AuditTable(
        "bookings_series",
        hide=["title", "description", "notes", "attendees", "metadata", "answers"],
        ignore=["sequence", "booked_until"],
    ),
    AuditTable("bookings_seriesexception", target=("bookings_series", "series_id"), hide=["reason", "title"]),
]


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0003_words_of_the_specialist"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("series", "answers", models.JSONField(blank=True, default=dict)),
        migrations.AddField(
            "series",
            "attendees",
            django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=254), blank=True, default=list, size=100
            ),
        ),
        migrations.AddField(
            "series",
            "booked_by",
            models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField("series", "description", models.TextField(blank=True, max_length=2000)),
        migrations.AddField("series", "metadata", models.JSONField(blank=True, default=dict)),
        migrations.AddField("series", "notes", models.TextField(blank=True, max_length=2000)),
        migrations.AddField(
            "series",
            "payment_method",
            models.CharField(blank=True, choices=[("online", "Online"), ("cash", "Cash")], max_length=10),
        ),
        migrations.AddField(
            "series",
            "source",
            models.CharField(
                choices=[
                    ("api", "API"),
                    ("telegram", "Telegram"),
                    ("service", "Service account"),
                    ("back_office", "Back office"),
                ],
                default="api",
                max_length=12,
            ),
        ),
        migrations.AlterField("series", "rule", models.CharField(max_length=2100)),
        migrations.AddField("series", "local_date", models.DateField(null=True)),
        migrations.AddField("series", "local_time", models.TimeField(null=True)),
        migrations.RunSQL(SHOWN_BY_CLOCKS, migrations.RunSQL.noop),
        migrations.AlterField("series", "local_date", models.DateField()),
        migrations.AlterField("series", "local_time", models.TimeField()),
        migrations.AddField("seriesexception", "ends_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("seriesexception", "starts_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("seriesexception", "title", models.CharField(blank=True, max_length=200)),
        migrations.AddConstraint(
            "seriesexception",
            models.CheckConstraint(
                name="series_exception_is_given_a_whole_time",
                condition=models.Q(starts_at=None, ends_at=None)
                | models.Q(
                    starts_at__isnull=False,
                    ends_at__isnull=False,
                    ends_at__gt=models.F("starts_at"),
                    type="modified",
                ),
            ),
        ),
        *(migrations.RunSQL(each.reverse_sql, each.sql) for each in AUDITED_BEFORE),
        *AUDITED,
    ]
