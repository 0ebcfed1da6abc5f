"""Pages of the platform's money: payments, refunds, webhooks and the ledger."""

from payments.admin import ledger, payments, refunds, webhooks

__all__ = ["ledger", "payments", "refunds", "webhooks"]
