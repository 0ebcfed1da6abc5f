"""What must always be true of the platform's own tables, of the schema and of the server."""

from common.proofs import register_invariant

register_invariant(
    id="INV-23",
    title="No money is kept as a floating point number",
    sql="""
        SELECT table_name || '.' || column_name FROM information_schema.columns
        WHERE table_schema = current_schema() AND data_type IN ('real', 'double precision')
            AND column_name ~ '(amount|price|minor|total|fee|tax|balance|commission|discount|payout|earning)'
    """,
)

register_invariant(
    id="INV-63",
    title="One request per principal and idempotency key",
    sql="""
        SELECT min(id::text) FROM common_idempotencyrecord GROUP BY principal, key HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-64",
    title="A finished idempotent request has its stored answer",
    sql="""
        SELECT id FROM common_idempotencyrecord
        WHERE finished_at IS NOT NULL AND (response_status IS NULL OR response_body IS NULL)
    """,
)

# A request with a recovery point waits for its client; what it has begun is owned by the sweeps of its app.
register_invariant(
    id="INV-65",
    title="No idempotent request without an effect is stuck",
    sql="""
        SELECT id FROM common_idempotencyrecord
        WHERE finished_at IS NULL AND recovery_point = '' AND leased_until < now() - interval '5 minutes'
    """,
)

register_invariant(
    id="INV-66",
    title="Idempotency keys live at least 24 hours",
    sql="SELECT id FROM common_idempotencyrecord WHERE expires_at < created_at + interval '24 hours'",
)

register_invariant(
    id="INV-71",
    title="Keys of events are unique",
    sql="SELECT key FROM common_outboxevent WHERE key IS NOT NULL GROUP BY key HAVING count(*) > 1",
)

# A failing event waits for its next try, which is no backlog; what nobody picks up when it is due is one.
register_invariant(
    id="INV-72",
    title="The outbox is drained: nothing is due for more than a minute",
    sql="""
        SELECT id FROM common_outboxevent
        WHERE delivered_at IS NULL AND dead_at IS NULL AND due_at < now() - interval '1 minute'
    """,
)

register_invariant(
    id="INV-72a",
    title="A delivered event was handled by every subscriber",
    sql="""
        SELECT event.id FROM common_outboxevent AS event, unnest(event.subscribers) AS told (path)
        WHERE event.delivered_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM common_eventreceipt AS receipt
            WHERE receipt.event_id = event.id AND receipt.subscriber = told.path AND receipt.handled_at IS NOT NULL
        )
    """,
)

register_invariant(
    id="INV-72b",
    title="An event is handled once per subscriber, and only by those it was announced to",
    sql="""
        SELECT receipt.event_id FROM common_eventreceipt AS receipt
        LEFT JOIN common_outboxevent AS event ON event.id = receipt.event_id
        WHERE event.id IS NULL OR receipt.subscriber <> ALL (event.subscribers)
        UNION ALL
        SELECT event_id FROM common_eventreceipt GROUP BY event_id, subscriber HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-83",
    title="The audit log's chain of seals is unbroken",
    sql="""
        SELECT id FROM (
            SELECT entry AS sealed, entry.*,
                lag(hash, 1, repeat('0', 64)) OVER chain AS hash_before, row_number() OVER chain AS place
            FROM common_auditentry AS entry WHERE seal_number IS NOT NULL WINDOW chain AS (ORDER BY seal_number)
        ) AS chained
        WHERE prev_hash <> hash_before OR seal_number <> place OR hash <> common_audit_digest(sealed, prev_hash)
    """,
)

register_invariant(
    id="INV-83a",
    title="The triggers that write and guard the audit log are in force",
    sql="""
        SELECT tgrelid::regclass::text FROM pg_trigger
        WHERE tgenabled = 'D' AND (tgname = 'append_only_rows' OR tgname LIKE 'audit\\_%')
    """,
)

register_invariant(
    id="INV-88",
    title="All constraints and indexes are valid and in force",
    sql="""
        SELECT conname::text FROM pg_constraint WHERE NOT convalidated
        UNION ALL
        SELECT indexrelid::regclass::text FROM pg_index WHERE NOT (indisvalid AND indisready)
        UNION ALL
        SELECT tgname::text FROM pg_trigger WHERE tgisinternal AND tgenabled = 'D'
    """,
)

register_invariant(
    id="INV-89",
    title="The server's durability settings are on",
    sql="""
        SELECT name FROM pg_settings
        WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums') AND setting = 'off'
    """,
)
