"""A card that is forgotten stays a row until its gateway has heard of it."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("payments", "0024_receipts")]

    operations = [
        migrations.AddField(
            model_name="savedcard",
            name="forgotten_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="savedcard",
            index=models.Index(condition=Q(forgotten_at__isnull=False), fields=["updated_at"], name="cards_to_forget"),
        ),
    ]
