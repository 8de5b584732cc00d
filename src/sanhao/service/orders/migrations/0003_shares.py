import django.db.models.deletion
from django.db import migrations, models

# Orders placed before had compensation coupons only. Lines and coupons of a checkout are laid side by side, each as
# long as its amount: where they overlap is a share, so that the shares of every line add up to what was frozen on it.
_OLDER = """
    WITH lines AS (
        SELECT l.id, o.checkout_id, l.coupon_minor AS minor,
            sum(l.coupon_minor) OVER (PARTITION BY o.checkout_id ORDER BY l.id) AS until
        FROM orders_line l JOIN orders_order o ON o.id = l.order_id WHERE l.coupon_minor > 0
    ), coupons AS (
        SELECT id, reserved_for, coalesce(shop_id::text, 'platform') AS funder, amount_minor AS minor,
            sum(amount_minor) OVER (PARTITION BY reserved_for ORDER BY id) AS until
        FROM wallet_coupon WHERE reserved_for IS NOT NULL
    )
    INSERT INTO orders_share (id, line_id, coupon_id, funder_kind, funder_id, amount_minor)
    SELECT gen_random_uuid(), l.id, c.id, 'compensation', c.funder,
        least(l.until, c.until) - greatest(l.until - l.minor, c.until - c.minor)
    FROM lines l JOIN coupons c ON c.reserved_for = l.checkout_id
    WHERE least(l.until, c.until) > greatest(l.until - l.minor, c.until - c.minor)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0002_transit_days"),
        ("wallet", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="LineShare",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("funder_kind", models.CharField(max_length=12)),
                ("funder_id", models.CharField(max_length=40)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "coupon",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="wallet.coupon",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="orders.orderline",
                    ),
                ),
            ],
            options={
                "db_table": "orders_share",
                "constraints": [
                    models.UniqueConstraint(fields=("line", "coupon"), name="orders_share_once"),
                    models.CheckConstraint(
                        condition=models.Q(("funder_kind__in", ("shop", "host", "platform", "compensation"))),
                        name="orders_share_funder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="orders_share_amount"
                    ),
                ],
            },
        ),
        migrations.RunSQL(_OLDER, migrations.RunSQL.noop),
    ]
