import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("decisions", "0003_second_looks"),
        ("wallet", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CouponReturn",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=80)),
                ("amount_minor", models.BigIntegerField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "wallet_return",
            },
        ),
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("funder_kind", models.CharField(max_length=12)),
                ("funder_id", models.CharField(max_length=40)),
                ("shop_id", models.UUIDField(null=True)),
                ("title_zh", models.CharField(max_length=60)),
                ("title_en", models.CharField(max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.BigIntegerField()),
                ("threshold_minor", models.BigIntegerField()),
                ("budget_minor", models.BigIntegerField()),
                ("claimed_minor", models.BigIntegerField(default=0)),
                ("per_person", models.PositiveSmallIntegerField()),
                ("stacking", models.CharField(max_length=12)),
                ("claims_from", models.DateTimeField()),
                ("claims_until", models.DateTimeField()),
                ("valid_days", models.PositiveSmallIntegerField()),
                ("state", models.CharField(db_default="draft", max_length=8)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Prepayment",
            fields=[
                ("id", models.UUIDField(primary_key=True, serialize=False)),
                ("host_id", models.UUIDField()),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("source", models.CharField(max_length=12)),
                ("reason", models.TextField()),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="coupon",
            name="wallet_coupon_paid_for",
        ),
        migrations.AddField(
            model_name="coupon",
            name="nth",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="coupon",
            name="returned_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="coupon",
            name="turnover_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="coupon",
            name="used_minor",
            field=models.BigIntegerField(db_default=0),
        ),
        migrations.AddField(
            model_name="couponreturn",
            name="coupon",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wallet.coupon",
            ),
        ),
        migrations.AddField(
            model_name="issue",
            name="created_by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="coupon",
            name="issue",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="wallet.issue",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("funded_advance__gte", 0),
                    ("funded_balance__gte", 0),
                    ("funded_deposit__gte", 0),
                    ("funded_platform__gte", 0),
                    models.Q(
                        models.Q(
                            ("issue__isnull", True),
                            (
                                "amount_minor",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        django.db.models.expressions.CombinedExpression(
                                            models.F("funded_balance"), "+", models.F("funded_deposit")
                                        ),
                                        "+",
                                        models.F("funded_advance"),
                                    ),
                                    "+",
                                    models.F("funded_platform"),
                                ),
                            ),
                            models.Q(
                                ("shop_id__isnull", False),
                                ("amount_minor", models.F("funded_platform")),
                                _connector="OR",
                            ),
                        ),
                        models.Q(
                            ("funded_advance", 0),
                            ("funded_balance", 0),
                            ("funded_deposit", 0),
                            ("funded_platform", 0),
                            ("issue__isnull", False),
                        ),
                        _connector="OR",
                    ),
                ),
                name="wallet_coupon_paid_for",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("returned_minor__gte", 0),
                    ("turnover_minor__gte", 0),
                    ("returned_minor__lte", models.F("used_minor")),
                    ("used_minor__lte", models.F("amount_minor")),
                ),
                name="wallet_coupon_used",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.UniqueConstraint(
                condition=models.Q(("issue__isnull", False)),
                fields=("issue", "person", "nth"),
                name="wallet_coupon_claimed_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="coupon",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("issue__isnull", True), ("nth__isnull", True)),
                    models.Q(("issue__isnull", False), ("nth__gt", 0)),
                    _connector="OR",
                ),
                name="wallet_coupon_claimed",
            ),
        ),
        migrations.AddField(
            model_name="prepayment",
            name="by",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="couponreturn",
            constraint=models.UniqueConstraint(fields=("coupon", "key"), name="wallet_return_once"),
        ),
        migrations.AddConstraint(
            model_name="couponreturn",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="wallet_return_amount"
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["shop_id"], name="wallet_issue_running"
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                condition=models.Q(("state", "running")), fields=["claims_until"], name="wallet_issue_due"
            ),
        ),
        migrations.AddIndex(
            model_name="issue",
            index=models.Index(
                fields=["funder_kind", "funder_id", "-created_at"], name="wallet_issue_funder"
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "running", "ended"])), name="wallet_issue_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("stacking__in", ("alone", "with_others"))), name="wallet_issue_stacking"
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("funder_kind__in", ("host", "platform")),
                    models.Q(("funder_kind", "shop"), ("shop_id__isnull", False)),
                    _connector="OR",
                ),
                name="wallet_issue_funder",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0), ("threshold_minor__gte", 0)),
                name="wallet_issue_amounts",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("claimed_minor__gte", 0), ("claimed_minor__lte", models.F("budget_minor"))
                ),
                name="wallet_issue_budget",
            ),
        ),
        migrations.AddConstraint(
            model_name="issue",
            constraint=models.CheckConstraint(
                condition=models.Q(("claims_until__gt", models.F("claims_from"))), name="wallet_issue_window"
            ),
        ),
        migrations.AddIndex(
            model_name="prepayment",
            index=models.Index(fields=["host_id", "at"], name="wallet_prepayment_host"),
        ),
        migrations.AddConstraint(
            model_name="prepayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_minor__gt", 0)), name="wallet_prepayment_amount"
            ),
        ),
        migrations.AddConstraint(
            model_name="prepayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("source__in", ["bank", "promotions"])), name="wallet_prepayment_source"
            ),
        ),
        migrations.RunSQL(
            "UPDATE wallet_coupon SET used_minor = amount_minor WHERE state = 'spent'", migrations.RunSQL.noop
        ),
    ]
