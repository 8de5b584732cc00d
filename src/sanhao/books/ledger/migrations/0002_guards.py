"""What the database itself refuses: an entry that does not sum to zero, a rewritten book, a changed account."""

from django.db import migrations

FORWARD = """
ALTER TABLE ledger_account SET (fillfactor = 80);  -- balances change in place

ALTER TABLE ledger_posting ADD CONSTRAINT ledger_posting_account_currency
    FOREIGN KEY (account_id, currency) REFERENCES ledger_account (id, currency) DEFERRABLE INITIALLY DEFERRED;

CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM ledger_posting WHERE entry_id = NEW.entry_id
               GROUP BY currency HAVING sum(amount_minor) <> 0) THEN
        RAISE EXCEPTION 'entry % does not sum to zero', NEW.entry_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_posting_sums_to_zero';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER ledger_posting_sums_to_zero AFTER INSERT ON ledger_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_sums_to_zero();

CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE ON ledger_entry
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER ledger_posting_append_only BEFORE UPDATE OR DELETE ON ledger_posting
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER ledger_account_named_once BEFORE UPDATE OF id, code, holder, currency, kind, is_kept ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
CREATE TRIGGER ledger_account_stays BEFORE DELETE ON ledger_account
    FOR EACH ROW EXECUTE FUNCTION kit_refuse();
"""
BACKWARD = """
DROP TRIGGER ledger_account_stays ON ledger_account;
DROP TRIGGER ledger_account_named_once ON ledger_account;
DROP TRIGGER ledger_posting_append_only ON ledger_posting;
DROP TRIGGER ledger_entry_append_only ON ledger_entry;
DROP TRIGGER ledger_posting_sums_to_zero ON ledger_posting;
DROP FUNCTION ledger_sums_to_zero;
ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_account_currency;
ALTER TABLE ledger_account RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial"), ("kit", "0002_guards")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
