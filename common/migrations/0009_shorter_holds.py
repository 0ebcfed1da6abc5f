"""Whoever lets unpaid bookings run out is given less time for the next."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('common', '0008_visit_hours'),
    ]

    operations = [
        migrations.AddField(
            model_name='platformsettings',
            name='lapsed_holds',
            field=models.PositiveIntegerField(default=3, help_text='Of one customer within a day; as many more halve it again.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1000)], verbose_name='unpaid bookings that halve the time of the next'),
        ),
        migrations.AddField(
            model_name='platformsettings',
            name='shortest_hold_minutes',
            field=models.PositiveIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(1440)], verbose_name='shortest time to pay, minutes'),
        ),
        migrations.AddConstraint(
            model_name='platformsettings',
            constraint=models.CheckConstraint(condition=models.Q(('lapsed_holds__gte', 1), ('lapsed_holds__lte', 1000)), name='platform_lapsed_holds_in_range'),
        ),
        migrations.AddConstraint(
            model_name='platformsettings',
            constraint=models.CheckConstraint(condition=models.Q(('shortest_hold_minutes__gte', 1), ('shortest_hold_minutes__lte', 1440)), name='platform_shortest_hold_minutes_in_range'),
        ),
    ]
