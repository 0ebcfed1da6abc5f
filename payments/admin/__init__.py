"""Pages of the platform's money: payments, refunds, webhooks and the ledger."""

from payments.admin import ledger, payments, reconciliation, refunds, webhooks

__all__ = ["ledger", "payments", "reconciliation", "refunds", "webhooks"]
