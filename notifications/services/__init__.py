"""What is done with messages. Other apps enter here."""

from notifications.services.codes import send_code
from notifications.services.contact import mark_contact, submit_contact
from notifications.services.deliver import deliver_due, retry_delivery, sweep
from notifications.services.inbox import mark_all_read, mark_read
from notifications.services.notify import notify
from notifications.services.purge import purge
from notifications.services.reach import (
    forget_device,
    register_device,
    restore_channel,
    set_preferences,
    switch_channels,
)

__all__ = [
    "deliver_due",
    "forget_device",
    "mark_all_read",
    "mark_contact",
    "mark_read",
    "notify",
    "purge",
    "register_device",
    "restore_channel",
    "retry_delivery",
    "send_code",
    "set_preferences",
    "submit_contact",
    "sweep",
    "switch_channels",
]
