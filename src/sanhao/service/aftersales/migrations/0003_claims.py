"""A claim whose sum is paid by nobody's silence, and papers among the evidence."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0002_paid_ahead")]

    operations = [
        migrations.AddField("case", "by_hand", models.BooleanField(db_default=False)),
        migrations.AddField("evidence", "document", models.BooleanField(db_default=False)),
    ]
