"""Pages of messages: what leaves, how it fares, who is told what, and what visitors write to us."""

from notifications.admin import contact, deliveries, inbox

__all__ = ["contact", "deliveries", "inbox"]
