from payments.models.ledger import Journal, LedgerAccount, Posting

__all__ = ["Journal", "LedgerAccount", "Posting"]
