"""Room in the pages of hot rows, so that a sale rewrites no index; and a history of prices nobody rewrites."""

from django.db import migrations

FORWARD = """
ALTER TABLE catalog_offer SET (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
ALTER TABLE catalog_reservation SET (fillfactor = 85);
CREATE TRIGGER catalog_offerchange_append_only BEFORE UPDATE OR DELETE ON catalog_offerchange
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
"""
BACKWARD = """
DROP TRIGGER catalog_offerchange_append_only ON catalog_offerchange;
ALTER TABLE catalog_reservation RESET (fillfactor);
ALTER TABLE catalog_offer RESET (fillfactor, autovacuum_vacuum_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial"), ("kit", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
