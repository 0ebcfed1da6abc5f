from notifications.models.contact import ContactSubmission
from notifications.models.deliveries import Delivery, OutgoingMessage
from notifications.models.inbox import Notification
from notifications.models.reach import Device, Preference, UnreachableChannel

__all__ = [
    "ContactSubmission",
    "Delivery",
    "Device",
    "Notification",
    "OutgoingMessage",
    "Preference",
    "UnreachableChannel",
]
