from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("common", "0006_points_that_end"),
    ]

    operations = [
        migrations.AddField(
            model_name="platformsettings",
            name="points_pay_tax",
            field=models.BooleanField(
                default=True,
                help_text="Off: points pay for a price without its tax.",
                verbose_name="points pay tax too",
            ),
        ),
    ]
