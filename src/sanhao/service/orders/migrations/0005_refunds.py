import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

# What went back wholly before: of the order, its lines and its coupons.
_OLDER = """
    UPDATE orders_order SET freight_refunded_minor = freight_minor WHERE refunded_minor = total_minor AND state = 'cancelled';
    UPDATE orders_line l SET refunded_units = l.quantity, cancelled_units = l.quantity - l.shipped_quantity,
        refunded_minor = l.goods_minor - l.coupon_minor
    FROM orders_order o WHERE o.id = l.order_id AND o.refunded_minor = o.total_minor AND o.state = 'cancelled';
    UPDATE orders_share s SET returned_minor = s.amount_minor FROM orders_line l
    WHERE l.id = s.line_id AND l.refunded_units = l.quantity
"""


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0002_guards"),
        ("orders", "0004_packed_and_waiting"),
        ("shops", "0001_initial"),
        ("wallet", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="lineshare",
            name="parked_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="lineshare",
            name="returned_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="charged_back_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="freight_refunded_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="order",
            name="kept_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="cancelled_units",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="kept_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="refunded_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="orderline",
            name="refunded_units",
            field=models.PositiveIntegerField(db_default=0),
        ),
        migrations.RunSQL(_OLDER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="lineshare",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parked_minor__gte", 0),
                    ("parked_minor__lte", models.F("returned_minor")),
                    ("returned_minor__lte", models.F("amount_minor")),
                ),
                name="orders_share_returned",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("charged_back_minor__gte", 0),
                    ("charged_back_minor__lte", models.F("refunded_minor")),
                    ("freight_refunded_minor__gte", 0),
                    ("freight_refunded_minor__lte", models.F("freight_minor")),
                    ("kept_minor__gte", 0),
                    (
                        "kept_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("total_minor"), "-", models.F("refunded_minor")
                        ),
                    ),
                ),
                name="orders_order_given_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("cancelled_units__lte", models.F("refunded_units")),
                    ("refunded_units__lte", models.F("quantity")),
                    (
                        "shipped_quantity__lte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("quantity"), "-", models.F("cancelled_units")
                        ),
                    ),
                ),
                name="orders_line_units_back",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kept_minor__gte", 0),
                    ("refunded_minor__gte", 0),
                    (
                        "refunded_minor__lte",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                models.F("goods_minor"), "-", models.F("coupon_minor")
                            ),
                            "-",
                            models.F("kept_minor"),
                        ),
                    ),
                ),
                name="orders_line_given_back",
            ),
        ),
    ]
