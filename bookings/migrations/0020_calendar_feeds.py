"""The addresses of people's calendars."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import common.clock
import common.ids


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0010_series_templates"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.UUIDField(default=common.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=common.clock.now, editable=False)),
                ("updated_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), default=common.clock.now, editable=False)),
                ("key", models.UUIDField(default=common.ids.new_id, editable=False, unique=True)),
                ("user", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="calendar_feed", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": (),
            },
        ),
    ]
