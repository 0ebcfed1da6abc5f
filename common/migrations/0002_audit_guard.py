"""The functions behind `common.table_guards`, and the guards of this app's own tables."""

from django.db import migrations

from common.table_guards import AppendOnlyTable, AuditTable

AUDIT_ROW = """
CREATE FUNCTION common_audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    context jsonb := coalesce(nullif(current_setting('almanac.audit', true), ''), '{}')::jsonb;
    hidden text[] := string_to_array(TG_ARGV[0], ',');
    ignored text[] := string_to_array(TG_ARGV[1], ',');
    before jsonb := CASE TG_OP WHEN 'INSERT' THEN '{}'::jsonb ELSE to_jsonb(OLD) END;
    after jsonb := CASE TG_OP WHEN 'DELETE' THEN '{}'::jsonb ELSE to_jsonb(NEW) END;
    is_link boolean := TG_ARGV[2] <> TG_TABLE_NAME;
    changes jsonb;
BEGIN
    SELECT jsonb_object_agg(
        name,
        CASE WHEN name = ANY (hidden) THEN '"(changed)"'::jsonb ELSE jsonb_build_array(before -> name, after -> name) END
    )
    INTO changes
    FROM jsonb_object_keys(before || after) AS name
    WHERE coalesce(before -> name, 'null') <> coalesce(after -> name, 'null') AND name <> ALL (ignored);

    IF changes IS NULL THEN
        RETURN NULL;
    END IF;

    INSERT INTO common_auditentry
        (actor_id, actor_name, source, action, target_table, target_id, changes, data, reason, ip, user_agent, request_id)
    VALUES (
        nullif(context ->> 'actor_id', '')::uuid,
        coalesce(context ->> 'actor_name', ''),
        coalesce(context ->> 'source', 'system'),
        CASE TG_OP
            WHEN 'INSERT' THEN CASE WHEN is_link THEN 'linked' ELSE 'created' END
            WHEN 'DELETE' THEN CASE WHEN is_link THEN 'unlinked' ELSE 'deleted' END
            ELSE 'updated'
        END,
        TG_ARGV[2],
        coalesce(after ->> TG_ARGV[3], before ->> TG_ARGV[3], ''),
        changes,
        CASE WHEN is_link THEN jsonb_build_object('table', TG_TABLE_NAME) ELSE '{}'::jsonb END,
        coalesce(context ->> 'reason', ''),
        nullif(context ->> 'ip', '')::inet,
        coalesce(context ->> 'user_agent', ''),
        coalesce(context ->> 'request_id', '')
    );
    RETURN NULL;
END
$$;
"""

APPEND_ONLY = """
CREATE FUNCTION common_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    seal text[] := string_to_array(TG_ARGV[0], ',');
BEGIN
    IF TG_OP = 'UPDATE' AND cardinality(seal) > 0
        AND to_jsonb(OLD) ->> seal[1] IS NULL AND to_jsonb(NEW) ->> seal[1] IS NOT NULL
        AND to_jsonb(OLD) - seal = to_jsonb(NEW) - seal
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END
$$;
"""

# The columns are named one by one: a column added later must not change the digests of old entries.
DIGEST = """
CREATE FUNCTION common_audit_digest(entry common_auditentry, previous text) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT encode(sha256(convert_to(previous || jsonb_build_array(
        entry.seal_number, entry.id, entry.at, entry.actor_id, entry.actor_name, entry.source, entry.action,
        entry.target_table, entry.target_id, entry.changes, entry.data, entry.reason, entry.ip, entry.user_agent,
        entry.request_id
    )::text, 'UTF8')), 'hex')
$$;
"""

# Numbers are given at sealing and not at writing: transactions commit in another order than they took their ids.
SEAL = """
CREATE FUNCTION common_seal_audit_log(at_most integer) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE
    entry common_auditentry;
    number bigint;
    previous text;
    sealed integer := 0;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('common_auditentry', 0));
    SELECT seal_number, hash INTO number, previous
    FROM common_auditentry WHERE seal_number IS NOT NULL ORDER BY seal_number DESC LIMIT 1;
    number := coalesce(number, 0);
    previous := coalesce(previous, repeat('0', 64));
    FOR entry IN SELECT * FROM common_auditentry WHERE seal_number IS NULL ORDER BY id LIMIT at_most LOOP
        number := number + 1;
        entry.seal_number := number;
        UPDATE common_auditentry
        SET seal_number = number, prev_hash = previous, hash = common_audit_digest(entry, previous)
        WHERE id = entry.id
        RETURNING hash INTO previous;
        sealed := sealed + 1;
    END LOOP;
    RETURN sealed;
END
$$;
"""


class Migration(migrations.Migration):
    dependencies = [("common", "0001_initial")]

    operations = [
        migrations.RunSQL(AUDIT_ROW, "DROP FUNCTION common_audit_row()"),
        migrations.RunSQL(APPEND_ONLY, "DROP FUNCTION common_append_only()"),
        migrations.RunSQL(DIGEST, "DROP FUNCTION common_audit_digest(common_auditentry, text)"),
        migrations.RunSQL(SEAL, "DROP FUNCTION common_seal_audit_log(integer)"),
        AppendOnlyTable("common_auditentry", sealed_by=["seal_number", "prev_hash", "hash"]),
    ]
