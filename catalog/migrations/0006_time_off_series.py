"""Times off that were taken by one rule know one another."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("catalog", "0005_service_documents")]

    operations = [
        migrations.AddField(
            model_name="timeoff",
            name="series_id",
            field=models.UUIDField(blank=True, editable=False, null=True, verbose_name="series"),
        ),
        migrations.AddIndex(
            model_name="timeoff",
            index=models.Index(
                condition=Q(series_id__isnull=False), fields=["series_id"], name="time_off_of_a_series"
            ),
        ),
    ]
