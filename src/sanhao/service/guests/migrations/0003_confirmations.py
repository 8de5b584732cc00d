import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("guests", "0002_withdrawals"),
        ("orders", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                (
                    "checkout",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="orders.checkout",
                    ),
                ),
                ("owed_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("tries", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(sent_at__isnull=True) | Q(due_at__isnull=True),
                        name="guests_confirmation_sent_once",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=Q(due_at__isnull=False), fields=["due_at"], name="guests_confirmation_due"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Unpaid",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        db_column="id",
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("due_at", models.DateTimeField(null=True)),
                ("forgotten_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(forgotten_at__isnull=True) | Q(due_at__isnull=True),
                        name="guests_unpaid_forgotten_once",
                    )
                ],
                "indexes": [
                    models.Index(
                        condition=Q(due_at__isnull=False), fields=["due_at"], name="guests_unpaid_due"
                    )
                ],
            },
        ),
    ]
