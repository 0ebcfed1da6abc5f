"""Ways to reach somebody, what messages are about, and the states of a delivery."""

from django.db.models import IntegerChoices, TextChoices


class Channel(TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"
    PUSH = "push", "Push"
    TELEGRAM = "telegram", "Telegram"
    # The inbox: a row of its own, written in the transaction of the fact, that no preference switches off.
    IN_APP = "in_app", "In the app"


class Topic(TextChoices):
    BOOKING_CONFIRMATIONS = "booking_confirmations", "Booking confirmations"
    REMINDERS = "reminders", "Reminders"
    PROMOTIONS = "promotions", "Promotions"
    MESSAGES = "messages", "Messages"
    SECURITY = "security", "Security"
    MONEY = "money", "Money"


# What has a switch in the grid of preferences.
SWITCHED_CHANNELS = (Channel.EMAIL, Channel.PUSH, Channel.SMS, Channel.TELEGRAM)
SWITCHED_TOPICS = (Topic.BOOKING_CONFIRMATIONS, Topic.REMINDERS, Topic.PROMOTIONS, Topic.MESSAGES)
# Sent whatever the preferences say: nobody may be kept from learning that their password or money moved.
MANDATORY_TOPICS = frozenset({Topic.SECURITY, Topic.MONEY})
# Wait for the morning of whoever receives them.
PATIENT_TOPICS = frozenset({Topic.PROMOTIONS})


class Urgency(IntegerChoices):
    """The order in which waiting deliveries leave: a code is not queued behind ten thousand offers."""

    NOW = 0
    SOON = 1
    BULK = 2


class DeliveryState(TextChoices):
    WAITING = "waiting", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    SKIPPED = "skipped", "Not wanted any more"
    EXPIRED = "expired", "Too late"
    FAILED = "failed", "Failed"
    # The provider fell silent, or the worker died, between the first byte and the answer.
    UNKNOWN = "unknown", "Outcome unknown"


OPEN_STATES = (DeliveryState.WAITING, DeliveryState.SENDING)
# Neither arrived for certain: another channel is tried, and staff may send again.
MISSED_STATES = (DeliveryState.FAILED, DeliveryState.UNKNOWN)
# Nothing more will be done, so nothing personal is kept.
CLOSED_STATES = (DeliveryState.SENT, DeliveryState.SKIPPED, DeliveryState.EXPIRED)


class Platform(TextChoices):
    IOS = "ios", "iOS"
    ANDROID = "android", "Android"
    WEB = "web", "Web"


class ContactStatus(TextChoices):
    NEW = "new", "New"
    READ = "read", "Read"
    REPLIED = "replied", "Replied"
    RESOLVED = "resolved", "Resolved"
