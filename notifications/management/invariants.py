"""What must always be true of messages."""

from common.proofs import register_invariant
from notifications.catalogue import KINDS

_SECRET_KINDS = ", ".join(f"'{name}'" for name, kind in sorted(KINDS.items()) if not kind.in_inbox)

register_invariant(
    id="INV-73",
    title="One delivery per event, recipient and channel",
    sql="""
        SELECT min(id::text) FROM notifications_delivery GROUP BY event_key, recipient_id, channel HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-73a",
    title="One inbox entry per event and recipient",
    sql="SELECT min(id::text) FROM notifications_notification GROUP BY event_key, recipient_id HAVING count(*) > 1",
)

register_invariant(
    id="INV-74",
    title="No delivery without the inbox entry that it brings, secrets excepted",
    sql=f"""
        SELECT delivery.id FROM notifications_delivery AS delivery
        LEFT JOIN notifications_notification AS entry
            ON entry.event_key = delivery.event_key AND entry.recipient_id = delivery.recipient_id
        WHERE entry.id IS NULL AND delivery.kind NOT IN ({_SECRET_KINDS})
    """,  # noqa: S608 - names of our own catalogue
)

register_invariant(
    id="INV-74a",
    title="No secret stands in an inbox",
    sql=f"SELECT id FROM notifications_notification WHERE kind IN ({_SECRET_KINDS})",  # noqa: S608 - as above
)

register_invariant(
    id="INV-74b",
    title="A delivery that is over keeps nothing of what it said, and says when it was sent",
    sql="""
        SELECT id FROM notifications_delivery
        WHERE (state IN ('sent', 'skipped', 'expired') AND sealed IS NOT NULL)
            OR (state = 'sent') <> (sent_at IS NOT NULL)
    """,
)

register_invariant(
    id="INV-74c",
    title="Messages leave: none is due, or held by a dead worker, for more than ten minutes",
    sql="""
        SELECT id FROM notifications_delivery
        WHERE (state = 'waiting' AND due_at < now() - interval '10 minutes')
            OR (state = 'sending' AND leased_until < now() - interval '10 minutes')
    """,
)
