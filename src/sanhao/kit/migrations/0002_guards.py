"""What the database itself refuses: a second mark on a world, a clock that runs backwards, a rewritten history."""

from django.db import migrations

FORWARD = """
ALTER TABLE kit_clock ADD CONSTRAINT kit_clock_in_demo_world
    FOREIGN KEY (world_id, is_demo) REFERENCES kit_world (id, is_demo);

CREATE FUNCTION kit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on %: these rows are written once', TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER kit_world_once BEFORE UPDATE OR DELETE ON kit_world
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER kit_history_append_only BEFORE UPDATE OR DELETE ON kit_history
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();

CREATE FUNCTION kit_clock_forward() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.ahead < OLD.ahead THEN
        RAISE EXCEPTION 'business time moves forward only' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER kit_clock_forward BEFORE UPDATE ON kit_clock
    FOR EACH ROW EXECUTE FUNCTION kit_clock_forward();
"""
BACKWARD = """
DROP TRIGGER kit_clock_forward ON kit_clock;
DROP FUNCTION kit_clock_forward;
DROP TRIGGER kit_history_append_only ON kit_history;
DROP TRIGGER kit_world_once ON kit_world;
DROP FUNCTION kit_refuse;
ALTER TABLE kit_clock DROP CONSTRAINT kit_clock_in_demo_world;
"""


class Migration(migrations.Migration):
    dependencies = [("kit", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
