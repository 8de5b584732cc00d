from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("lab", "0003_scans_on_the_way")]

    operations = [
        migrations.RemoveConstraint(model_name="historynews", name="lab_history_news_what"),
        migrations.AddConstraint(
            model_name="historynews",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    what__in=["picked_up", "in_transit", "delivered", "forwarded", "cancelled"]
                ),
                name="lab_history_news_what",
            ),
        ),
    ]
