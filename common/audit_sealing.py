"""Seals the audit log: each entry gets a number and a digest over itself and the digest of the one before.

Whoever alters or removes a sealed entry behind the application's back breaks the chain, and `manage.py prove` says so.
"""

from django.db import connection, transaction

BATCH = 1_000


def seal_audit_log() -> int:
    """Seals what is not sealed yet, in batches of their own transactions, and returns how many entries that were."""
    total = 0
    while sealed := _seal_batch():
        total += sealed
    return total


def _seal_batch() -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT common_seal_audit_log(%s)", [BATCH])
        row = cursor.fetchone()
    return int(row[0]) if row else 0
