"""What must always be true of money."""

from common.proofs import register_invariant

OWN = (
    "INV-01",
    "INV-02",
    "INV-03",
    "INV-04",
    "INV-05",
    "INV-06",
    "INV-07",
    "INV-08",
    "INV-09",
    "INV-09a",
    "INV-12",
    "INV-13",
    "INV-14",
    "INV-16",
    "INV-17",
    "INV-20",
    "INV-21",
    "INV-22",
    "INV-22a",
    "INV-24",
)

register_invariant(
    id="INV-01",
    title="Every journal sums to zero in each currency",
    sql="SELECT journal_id FROM payments_posting GROUP BY journal_id, currency HAVING sum(amount_minor) <> 0",
)

register_invariant(
    id="INV-02",
    title="Every journal has at least two postings",
    sql="""
        SELECT journal.id FROM payments_journal AS journal
        LEFT JOIN payments_posting AS posting ON posting.journal_id = journal.id
        GROUP BY journal.id HAVING count(posting.id) < 2
    """,
)

register_invariant(
    id="INV-03",
    title="The whole ledger sums to zero in each currency",
    sql="SELECT currency FROM payments_posting GROUP BY currency HAVING sum(amount_minor) <> 0",
)

register_invariant(
    id="INV-04",
    title="Every posting is in its account's currency",
    sql="""
        SELECT posting.id FROM payments_posting AS posting
        JOIN payments_ledgeraccount AS account ON account.id = posting.account_id
        WHERE account.currency <> posting.currency
    """,
)

register_invariant(
    id="INV-05",
    title="Postings and journals cannot be changed or deleted",
    sql="""
        SELECT name FROM (VALUES ('payments_posting'), ('payments_journal')) AS kept (name)
        WHERE NOT EXISTS (
            SELECT FROM pg_trigger
            WHERE tgrelid = name::regclass AND NOT tgisinternal AND tgenabled IN ('O', 'A') AND (tgtype & 24) = 24
        )
    """,
)

register_invariant(
    id="INV-08",
    title="A journal is reversed at most once, and by the same amounts",
    sql="""
        SELECT back.id FROM payments_journal AS back
        JOIN payments_posting AS posting ON posting.journal_id IN (back.id, back.reverses_id)
        WHERE back.reverses_id IS NOT NULL
        GROUP BY back.id, posting.account_id, posting.currency HAVING sum(posting.amount_minor) <> 0
    """,
)

register_invariant(
    id="INV-24",
    title="No account is past its ceiling",
    sql="""
        SELECT account.id FROM payments_ledgeraccount AS account
        JOIN payments_posting AS posting ON posting.account_id = account.id
        WHERE account.ceiling_minor IS NOT NULL
        GROUP BY account.id HAVING sum(posting.amount_minor) > account.ceiling_minor
    """,
)

register_invariant(
    id="INV-06",
    title="What happened once is posted once",
    sql="SELECT key FROM payments_journal GROUP BY key HAVING count(*) > 1",
)

register_invariant(
    id="INV-07",
    title="What a payment captured stands in the ledger, once",
    sql="""
        SELECT payment.id FROM payments_payment AS payment
        LEFT JOIN payments_journal AS journal
            ON journal.kind = 'capture' AND split_part(journal.key, ':', 2) = payment.id::text
        LEFT JOIN payments_posting AS posting ON posting.journal_id = journal.id AND posting.amount_minor > 0
        GROUP BY payment.id HAVING payment.captured_minor <> coalesce(sum(posting.amount_minor), 0)
    """,
)

register_invariant(
    id="INV-09",
    title="For each thing that is paid for, payments and ledger have the same at the gateway",
    sql="""
        WITH into_credit AS (
            SELECT payment_id, sum(amount_minor) AS total FROM payments_refund
            WHERE status = 'succeeded' AND destination = 'credit' GROUP BY payment_id
        ),
        paid AS (
            SELECT payable_type, payable_id, currency, sum(
                captured_minor - refunded_minor + coalesce(into_credit.total, 0) - disputed_minor - fee_minor
            ) AS net
            FROM payments_payment AS payment LEFT JOIN into_credit ON into_credit.payment_id = payment.id
            GROUP BY payable_type, payable_id, currency
        ),
        posted AS (
            SELECT journal.payable_type, journal.payable_id, posting.currency, sum(posting.amount_minor) AS net
            FROM payments_posting AS posting
            JOIN payments_journal AS journal ON journal.id = posting.journal_id
            JOIN payments_ledgeraccount AS account ON account.id = posting.account_id
            WHERE journal.payable_id IS NOT NULL AND (account.code LIKE 'gateway:%' OR account.code LIKE 'cash:%')
            GROUP BY journal.payable_type, journal.payable_id, posting.currency
        )
        SELECT payable_type, payable_id, currency FROM paid FULL JOIN posted USING (payable_type, payable_id, currency)
        WHERE coalesce(paid.net, 0) <> coalesce(posted.net, 0)
    """,
)

register_invariant(
    id="INV-12",
    title="No more is given back or promised back than was taken",
    sql="""
        SELECT payment.id FROM payments_payment AS payment
        JOIN payments_refund AS refund ON refund.payment_id = payment.id
        WHERE refund.status IN ('awaiting_approval', 'pending', 'processing', 'succeeded')
        GROUP BY payment.id HAVING sum(refund.amount_minor) > payment.captured_minor
    """,
)

register_invariant(
    id="INV-13",
    title="A payment's refunded and reserved amounts are those of its refunds",
    sql="""
        SELECT payment.id FROM payments_payment AS payment
        LEFT JOIN payments_refund AS refund ON refund.payment_id = payment.id
        GROUP BY payment.id HAVING
            payment.refunded_minor
                <> coalesce(sum(refund.amount_minor) FILTER (WHERE refund.status = 'succeeded'), 0)
            OR payment.reserved_minor <> coalesce(
                sum(refund.amount_minor)
                    FILTER (WHERE refund.status IN ('awaiting_approval', 'pending', 'processing')), 0)
    """,
)

register_invariant(
    id="INV-09a",
    title="What was given back as credit stands to the payer's credit, once",
    sql="""
        SELECT refund.id FROM payments_refund AS refund
        JOIN payments_payment AS payment ON payment.id = refund.payment_id
        LEFT JOIN payments_journal AS journal ON journal.key = 'refund:' || refund.id
        LEFT JOIN payments_posting AS posting ON posting.journal_id = journal.id
        LEFT JOIN payments_ledgeraccount AS account
            ON account.id = posting.account_id AND account.code = 'credit:' || payment.payer_id
        WHERE refund.destination = 'credit'
        GROUP BY refund.id HAVING
            coalesce(-sum(posting.amount_minor) FILTER (WHERE account.id IS NOT NULL), 0)
            <> CASE WHEN refund.status = 'succeeded' THEN refund.amount_minor ELSE 0 END
    """,
)

register_invariant(
    id="INV-14",
    title="No payment took more than it asked for",
    sql="SELECT id FROM payments_payment WHERE captured_minor > amount_minor",
)

register_invariant(
    id="INV-16",
    title="There is one live payment for each purpose of a thing",
    sql="""
        SELECT payable_type, payable_id, purpose FROM payments_payment
        WHERE status IN ('created', 'pending', 'requires_action', 'authorized', 'captured')
        GROUP BY payable_type, payable_id, purpose HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-17",
    title="A gateway's reference belongs to one payment",
    sql="""
        SELECT gateway, gateway_ref FROM payments_payment WHERE gateway_ref IS NOT NULL
        GROUP BY gateway, gateway_ref HAVING count(*) > 1
    """,
)

register_invariant(
    id="INV-20",
    title="No call to a gateway stays without an outcome for a quarter of an hour",
    sql="""
        SELECT id FROM payments_gatewaycall
        WHERE state IN ('sent', 'unknown') AND sent_at < now() - interval '15 minutes'
    """,
)

register_invariant(
    id="INV-21",
    title="Every line of a gateway's books is of a payment of ours, or somebody dealt with it",
    sql="""
        SELECT line.id FROM payments_reconciliationline AS line
        JOIN payments_reconciliationrun AS run ON run.id = line.run_id
        WHERE line.payment_id IS NULL AND line.resolved_at IS NULL AND run.day < current_date - 1
    """,
)

# Gateways list within four days. What was captured before the first day that was ever reconciled is let pass, and so
# is the first hour of that day.
register_invariant(
    id="INV-22",
    title="Every capture stands in its gateway's books, with the same amount, or somebody dealt with it",
    sql="""
        WITH first AS (
            SELECT gateway, min(starts_at) + interval '1 hour' AS moment
            FROM payments_reconciliationrun GROUP BY gateway
        )
        SELECT payment.id FROM payments_payment AS payment JOIN first USING (gateway)
        -- What was taken before the first day that was read may be heard of after it.
        WHERE payment.created_at >= first.moment AND payment.captured_at < now() - interval '4 days'
        AND NOT EXISTS (
            SELECT FROM payments_reconciliationline AS line
            WHERE line.payment_id = payment.id AND line.refund_id IS NULL AND (
                line.resolved_at IS NOT NULL
                OR line.state <> 'duplicate' AND line.currency = payment.currency
                AND line.theirs_minor = payment.captured_minor
            )
        )
    """,
)

register_invariant(
    id="INV-22a",
    title="Receipts of a year are numbered from one on, without holes",
    sql="""
        SELECT year FROM payments_receipt GROUP BY year HAVING min(nth) <> 1 OR max(nth) <> count(*)
        UNION ALL
        SELECT numbered.year FROM payments_receiptyear AS numbered
        WHERE last <> (SELECT count(*) FROM payments_receipt AS receipt WHERE receipt.year = numbered.year)
    """,
)
