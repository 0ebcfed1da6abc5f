"""What must always be true of money."""

from common.proofs import register_invariant

OWN = ("INV-01", "INV-02", "INV-03", "INV-04", "INV-05", "INV-08", "INV-24")

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
