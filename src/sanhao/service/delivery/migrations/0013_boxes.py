"""A pickup may be of several parcels: what was one box is a list of one."""

from django.db import migrations

FORWARD = "UPDATE delivery_pickup SET boxes = jsonb_build_array(boxes)"
BACKWARD = "UPDATE delivery_pickup SET boxes = boxes -> 0"


class Migration(migrations.Migration):
    dependencies = [("delivery", "0012_pickup_papers")]
    operations = [
        migrations.RenameField("pickup", "box", "boxes"),
        migrations.RunSQL(FORWARD, BACKWARD),
    ]
