from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0006_debts")]

    operations = [
        migrations.AddField("sweptorder", "rest_minor", models.BigIntegerField(db_default=0)),
        migrations.AddField("sweptorder", "rest_outcome", models.CharField(db_default="", max_length=8)),
        migrations.AddField("sweptorder", "rest_reason", models.CharField(db_default="", max_length=20)),
    ]
