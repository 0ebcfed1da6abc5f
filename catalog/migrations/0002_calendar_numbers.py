"""Calendars are numbered by the database, and one whose lanes are in use stays, with its number."""

from django.db import migrations

NUMBER = """
ALTER TABLE catalog_calendar ALTER COLUMN number DROP DEFAULT;
ALTER TABLE catalog_calendar ALTER COLUMN number ADD GENERATED ALWAYS AS IDENTITY (MAXVALUE 4503599627370496);
"""
NO_NUMBER = """
ALTER TABLE catalog_calendar ALTER COLUMN number DROP IDENTITY;
ALTER TABLE catalog_calendar ALTER COLUMN number SET DEFAULT 0;
"""

# Occupancies refer to calendars by number without a foreign key; see catalog/models/occupancy.py.
KEEP = """
CREATE FUNCTION catalog_keep_used_calendar() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM catalog_occupancy WHERE lanes && int8range(OLD.number * 1024, OLD.number * 1024 + 1024)) THEN
        RAISE EXCEPTION 'calendar % has occupancies', OLD.number USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE TRIGGER keep_used_calendar_row BEFORE DELETE ON catalog_calendar
    FOR EACH ROW EXECUTE FUNCTION catalog_keep_used_calendar();
CREATE TRIGGER keep_used_calendar_number BEFORE UPDATE OF number ON catalog_calendar
    FOR EACH ROW WHEN (OLD.number <> NEW.number) EXECUTE FUNCTION catalog_keep_used_calendar();
"""
LET_GO = """
DROP TRIGGER keep_used_calendar_number ON catalog_calendar;
DROP TRIGGER keep_used_calendar_row ON catalog_calendar;
DROP FUNCTION catalog_keep_used_calendar();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0001_initial")]

    operations = [
        migrations.RunSQL(NUMBER, NO_NUMBER),
        migrations.RunSQL(KEEP, LET_GO),
    ]
