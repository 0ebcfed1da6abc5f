"""A service may take a room besides its specialist; a specialist may book without being asked."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalog", "0007_roles")]

    operations = [
        migrations.AddField(
            model_name="service",
            name="room",
            field=models.ForeignKey(
                blank=True,
                help_text="What it takes besides its specialist: both are booked together.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="services",
                to="catalog.resource",
            ),
        ),
        migrations.AddField(
            model_name="specialist",
            name="instant_booking",
            field=models.BooleanField(
                default=False,
                help_text="Bookings are confirmed as they are made, without being asked.",
                verbose_name="books at once",
            ),
        ),
    ]
