"""What the database itself refuses: announced terms that change, a state out of its order, a rule deleted."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION rulebook_rule_guard() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    was rulebook_rule := OLD;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'a rule is never deleted; withdraw it' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
        ('draft', 'announced'), ('draft', 'withdrawn'), ('announced', 'in_force'), ('announced', 'withdrawn'),
        ('in_force', 'superseded')
    ) THEN
        RAISE EXCEPTION 'a rule cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
    END IF;
    was.state := NEW.state;
    IF OLD.state <> 'draft' AND NEW IS DISTINCT FROM was THEN
        RAISE EXCEPTION 'what was announced never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    IF (NEW.id, NEW.key, NEW.market, NEW.version) IS DISTINCT FROM (OLD.id, OLD.key, OLD.market, OLD.version) THEN
        RAISE EXCEPTION 'a rule keeps its key, market and version' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER rulebook_rule_guard BEFORE UPDATE OR DELETE ON rulebook_rule
    FOR EACH ROW EXECUTE FUNCTION rulebook_rule_guard();
"""
BACKWARD = """
DROP TRIGGER rulebook_rule_guard ON rulebook_rule;
DROP FUNCTION rulebook_rule_guard;
"""


class Migration(migrations.Migration):
    dependencies = [("rulebook", "0001_initial")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
