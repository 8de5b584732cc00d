"""What the database itself refuses: a decision rewritten or deleted, a state out of its order, an undoing undone."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION decisions_decision_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was decisions_decision := OLD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a decision is never deleted' USING ERRCODE = 'restrict_violation';
    END IF;
    was.state := NEW.state;
    IF NEW IS DISTINCT FROM was THEN
        RAISE EXCEPTION 'a decision is written once; only its state moves' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('standing', 'appealed'), ('appealed', 'upheld'), ('appealed', 'overturned')
    ) THEN
        RAISE EXCEPTION 'a decision cannot go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER decisions_decision_guard BEFORE UPDATE OR DELETE ON decisions_decision
    FOR EACH ROW EXECUTE FUNCTION decisions_decision_guard();
CREATE TRIGGER decisions_undoing_append_only BEFORE UPDATE OR DELETE ON decisions_undoing
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
"""
BACKWARD = """
DROP TRIGGER decisions_undoing_append_only ON decisions_undoing;
DROP TRIGGER decisions_decision_guard ON decisions_decision;
DROP FUNCTION decisions_decision_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial"), ("kit", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
