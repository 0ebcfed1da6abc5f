"""The database keeps the ledger true whoever writes: it balances at commit, and what is posted stays."""

from django.db import migrations

from common.table_guards import AppendOnlyTable

BALANCED = """
CREATE FUNCTION payments_check_journal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    journal uuid := CASE TG_TABLE_NAME WHEN 'payments_journal' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'journal_id')::uuid END;
BEGIN
    IF (SELECT count(*) FROM payments_posting WHERE journal_id = journal) < 2 OR EXISTS (
        SELECT FROM payments_posting WHERE journal_id = journal GROUP BY currency HAVING sum(amount_minor) <> 0
    ) THEN
        RAISE EXCEPTION 'journal % does not balance', journal
            USING ERRCODE = 'check_violation', CONSTRAINT = 'journal_balances';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON payments_journal
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_journal();
CREATE CONSTRAINT TRIGGER journal_balances AFTER INSERT ON payments_posting
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION payments_check_journal();
"""
UNBALANCED = """
DROP TRIGGER journal_balances ON payments_posting;
DROP TRIGGER journal_balances ON payments_journal;
DROP FUNCTION payments_check_journal();
"""
ONE_CURRENCY = """
ALTER TABLE payments_posting ADD CONSTRAINT posting_is_in_its_accounts_currency
    FOREIGN KEY (account_id, currency) REFERENCES payments_ledgeraccount (id, currency);
"""
ANY_CURRENCY = "ALTER TABLE payments_posting DROP CONSTRAINT posting_is_in_its_accounts_currency"


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_initial"), ("common", "0002_audit_guard")]

    operations = [
        migrations.RunSQL(BALANCED, UNBALANCED),
        migrations.RunSQL(ONE_CURRENCY, ANY_CURRENCY),
        AppendOnlyTable("payments_journal"),
        AppendOnlyTable("payments_posting"),
    ]
