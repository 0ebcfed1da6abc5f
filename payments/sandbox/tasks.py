"""The tasks of the sandbox."""

from django.conf import settings

from common.queue import enqueue, task
from payments.sandbox import services


@task("sandbox.deliver_events")
def deliver_events() -> None:
    if "sandbox" not in settings.PAYMENT_GATEWAYS:
        return
    # A full hand means that more may be waiting.
    if services.deliver_due_events() >= services.AT_ONCE:
        enqueue("sandbox.deliver_events")
