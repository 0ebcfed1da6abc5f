"""Development and the demo: messages go to a page of the back office, and nowhere else."""

from typing import ClassVar

from notifications.channels.base import Message
from notifications.models import OutgoingMessage


class OutboxChannel:
    is_repeatable: ClassVar[bool] = True

    def send(self, message: Message) -> str:
        written, _ = OutgoingMessage.objects.get_or_create(
            delivery_id=message.delivery_id,
            to=message.to,
            defaults={
                "recipient_id": message.recipient_id,
                "channel": message.channel,
                "kind": message.kind,
                "subject": message.title,
                "body": message.text,
                "html": message.html,
            },
        )
        return str(written.pk)
