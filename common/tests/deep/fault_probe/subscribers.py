"""Three subscribers that write down what they handle, in a table that nothing keeps from holding doubles."""

from django.db import connection

from common.events import Event, on
from common.models import EventReceipt


@on("probe.happened")
def steady(event: Event) -> None:
    _note("steady", event)


@on("probe.happened")
def slow(event: Event) -> None:
    """Takes long enough for a kill to hit it between its effect and its commit."""
    _note("slow", event)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.003)")


@on("probe.happened")
def stumbling(event: Event) -> None:
    """Fails at its first try of every hundredth event, after its effect."""
    _note("stumbling", event)
    tried = EventReceipt.objects.filter(event=event.id, subscriber__endswith="stumbling", failures__gt=0).exists()
    if int(str(event.data["n"])) % 100 == 0 and not tried:
        raise RuntimeError("stumbled")


def _note(subscriber: str, event: Event) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe_effect (subscriber, n) VALUES (%s, %s)", [subscriber, event.data["n"]])
