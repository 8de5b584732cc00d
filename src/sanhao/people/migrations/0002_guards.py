"""What the database itself refuses: one-click sign-in in a real world."""

from django.db import migrations

FORWARD = """
ALTER TABLE people_quicksignin ADD CONSTRAINT people_quick_in_demo_world
    FOREIGN KEY (world_id, is_demo) REFERENCES kit_world (id, is_demo);
"""
BACKWARD = "ALTER TABLE people_quicksignin DROP CONSTRAINT people_quick_in_demo_world;"


class Migration(migrations.Migration):
    dependencies = [("people", "0001_initial"), ("kit", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
