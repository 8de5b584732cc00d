"""What the database itself refuses: a rewritten scan or message, a region priced by another shop's template."""

from django.db import migrations

FORWARD = """
ALTER TABLE delivery_freight_region ADD CONSTRAINT delivery_freight_region_of_shop
    FOREIGN KEY (template_id, shop_id) REFERENCES delivery_freight_template (id, shop_id);

CREATE TRIGGER delivery_scan_kept BEFORE DELETE ON delivery_scan
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER delivery_scan_written_once BEFORE UPDATE ON delivery_scan
    FOR EACH ROW WHEN (
        (OLD.consignment_id, OLD.carrier_event_key, OLD.status, OLD.at, OLD.zone)
            IS DISTINCT FROM (NEW.consignment_id, NEW.carrier_event_key, NEW.status, NEW.at, NEW.zone)
        OR NEW.received_at > OLD.received_at
    ) EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER delivery_message_written_once BEFORE UPDATE ON delivery_carrier_message
    FOR EACH ROW WHEN (
        (OLD.carrier, OLD.event_id, OLD.parcel, OLD.body, OLD.received_at)
            IS DISTINCT FROM (NEW.carrier, NEW.event_id, NEW.parcel, NEW.body, NEW.received_at)
    ) EXECUTE FUNCTION kit_refuse();
"""
BACKWARD = """
DROP TRIGGER delivery_message_written_once ON delivery_carrier_message;
DROP TRIGGER delivery_scan_written_once ON delivery_scan;
DROP TRIGGER delivery_scan_kept ON delivery_scan;
ALTER TABLE delivery_freight_region DROP CONSTRAINT delivery_freight_region_of_shop;
"""


class Migration(migrations.Migration):
    dependencies = [("delivery", "0001_initial"), ("kit", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
