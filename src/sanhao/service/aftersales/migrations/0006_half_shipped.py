from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("aftersales", "0005_called_back")]

    operations = [
        migrations.AddField("sweptorder", "rest_minor", models.BigIntegerField(db_default=0)),
        migrations.AddField("sweptorder", "rest_outcome", models.CharField(db_default="", max_length=8)),
        migrations.AddField("sweptorder", "rest_reason", models.CharField(db_default="", max_length=20)),
    ]
