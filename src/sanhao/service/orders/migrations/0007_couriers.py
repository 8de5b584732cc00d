"""Who brings an order was chosen for each of them: the days on the way move there from their checkout."""

from django.db import migrations, models
from django.db.models import F, Q

_DAYS = """
    UPDATE orders_order o SET transit_days = c.transit_days FROM orders_checkout c
    WHERE c.id = o.checkout_id AND c.transit_days <> o.transit_days
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_what_was_promised_about"),
    ]

    operations = [
        migrations.AddField("order", "carrier", models.CharField(db_default="", max_length=40)),
        migrations.AddField("order", "surcharge_minor", models.BigIntegerField(db_default=0)),
        migrations.AddField("order", "transit_days", models.PositiveSmallIntegerField(db_default=6)),
        migrations.RunSQL(_DAYS, migrations.RunSQL.noop),
        migrations.RemoveField("checkout", "transit_days"),
        migrations.AddConstraint(
            "order",
            models.CheckConstraint(
                name="orders_order_surcharge",
                condition=Q(surcharge_minor__gte=0, surcharge_minor__lte=F("freight_minor"))
                & (Q(surcharge_minor=0) | ~Q(carrier="")),
            ),
        ),
    ]
