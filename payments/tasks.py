"""The tasks of payments. None of them is needed for what it does to happen: the sweep finds it as well."""

from uuid import UUID

from common.queue import task
from payments.models import PaymentId, RefundId, RunId
from payments.services import cancelling, cards, reconciling, refund_calls, resolving, webhooks


@task("payments.process_webhook")
def process_webhook(event: str) -> None:
    webhooks.process_webhook(UUID(event))


@task("payments.run_refund")
def run_refund(refund: str) -> None:
    refund_calls.run_refund(RefundId(UUID(refund)))


@task("payments.cancel")
def cancel(payment: str) -> None:
    cancelling.cancel_at_gateway(PaymentId(UUID(payment)))


@task("payments.forget_card")
def forget_card(card: str) -> None:
    cards.forget_at_gateway(UUID(card))


@task("payments.sweep")
def sweep() -> None:
    resolving.sweep()


@task("payments.reconcile")
def reconcile() -> None:
    reconciling.reconcile_due()


@task("payments.reconcile_run")
def reconcile_run(run: str) -> None:
    reconciling.reconcile(RunId(UUID(run)))
