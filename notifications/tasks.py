"""The tasks of messages. They carry the name of a channel and nothing of a person."""

from common.queue import task
from notifications import services


@task("notifications.send_due")
def send_due(channel: str) -> None:
    services.deliver_due(channel)


@task("notifications.sweep")
def sweep() -> None:
    services.sweep()


@task("notifications.purge")
def purge() -> None:
    services.purge()
