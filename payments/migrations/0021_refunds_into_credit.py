from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0020_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="destination",
            field=models.CharField(
                choices=[("gateway", "Where it came from"), ("credit", "Credit with us")],
                default="gateway",
                max_length=7,
                verbose_name="goes to",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=Q(destination="gateway")
                | Q(destination="credit", gateway_ref=None) & ~Q(status="processing"),
                name="refund_into_credit_is_unknown_to_gateways",
            ),
        ),
    ]
