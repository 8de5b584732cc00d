"""A market may be a history that was imported, under its own name."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0002_guards")]
    operations = [
        migrations.AlterField("rule", "market", models.CharField(default="*", max_length=60)),
    ]
