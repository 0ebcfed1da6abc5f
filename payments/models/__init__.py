from payments.models.call import GatewayCall
from payments.models.ledger import Journal, LedgerAccount, Posting
from payments.models.payment import Payment, PaymentId
from payments.models.receipt import Receipt, ReceiptYear
from payments.models.reconciliation import ReconciliationLine, ReconciliationRun, RunId
from payments.models.refund import Refund, RefundId
from payments.models.saved_card import SavedCard
from payments.models.webhook import WebhookEvent

__all__ = [
    "GatewayCall",
    "Journal",
    "LedgerAccount",
    "Payment",
    "PaymentId",
    "Posting",
    "Receipt",
    "ReceiptYear",
    "ReconciliationLine",
    "ReconciliationRun",
    "Refund",
    "RefundId",
    "RunId",
    "SavedCard",
    "WebhookEvent",
]
