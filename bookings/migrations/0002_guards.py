"""History stays as it was written, prices agree with their lines, and what staff change is audited."""

from django.db import migrations

from common.table_guards import AppendOnlyTable, AuditTable

# Checked at commit: a booking comes before its lines.
PRICES_ADD_UP = """
CREATE FUNCTION bookings_check_lines() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    booking uuid := CASE TG_TABLE_NAME WHEN 'bookings_booking' THEN NEW.id ELSE (to_jsonb(NEW) ->> 'booking_id')::uuid END;
BEGIN
    PERFORM FROM bookings_booking WHERE id = booking AND subtotal_minor <>
        (SELECT coalesce(sum(total_minor), 0) FROM bookings_bookingline WHERE booking_id = booking);
    IF FOUND THEN
        RAISE EXCEPTION 'the lines of booking % do not add up to its subtotal', booking
            USING ERRCODE = 'check_violation', CONSTRAINT = 'booking_lines_add_up';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER booking_lines_add_up AFTER INSERT ON bookings_booking
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.subtotal_minor > 0) EXECUTE FUNCTION bookings_check_lines();
CREATE CONSTRAINT TRIGGER booking_subtotal_agrees AFTER UPDATE OF subtotal_minor ON bookings_booking
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.subtotal_minor <> OLD.subtotal_minor)
    EXECUTE FUNCTION bookings_check_lines();
CREATE CONSTRAINT TRIGGER booking_lines_add_up AFTER INSERT ON bookings_bookingline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION bookings_check_lines();
"""
PRICES_ARE_FREE = """
DROP TRIGGER booking_lines_add_up ON bookings_bookingline;
DROP TRIGGER booking_subtotal_agrees ON bookings_booking;
DROP TRIGGER booking_lines_add_up ON bookings_booking;
DROP FUNCTION bookings_check_lines();
"""


class Migration(migrations.Migration):
    dependencies = [("bookings", "0001_initial"), ("common", "0002_audit_guard")]

    operations = [
        AppendOnlyTable("bookings_timelineentry"),
        AppendOnlyTable("bookings_bookingline"),
        migrations.RunSQL(PRICES_ADD_UP, PRICES_ARE_FREE),
        AuditTable(
            "bookings_booking",
            hide=["title", "description", "notes", "answers", "address", "metadata", "attendees", "cancellation_reason"],
            ignore=["steps", "sequence", "reminder_due_at"],
        ),
        AuditTable("bookings_series", hide=["title"], ignore=["sequence", "booked_until"]),
        AuditTable("bookings_seriesexception", target=("bookings_series", "series_id"), hide=["reason"]),
    ]
