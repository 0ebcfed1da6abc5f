"""The words of points and promo codes."""

from django.db.models import TextChoices


class EntryKind(TextChoices):
    """Why a balance changed."""

    EARN = "earn", "Earned"
    REDEEM = "redeem", "Redeemed"
    REVERSE = "reverse", "Reversed"
    EXPIRE = "expire", "Expired"
    RESTORE = "restore", "Restored"
    ADJUST = "adjust", "Adjusted"


# As entries are called to those whose points they are.
ENTRY_WORDS = [(kind.label.lower(), kind.label) for kind in EntryKind]
# What takes away only what is there. A reversal takes back what a refund made undeserved, spent or not.
WITHIN_BALANCE = frozenset({EntryKind.REDEEM, EntryKind.EXPIRE, EntryKind.ADJUST})


class Reward(TextChoices):
    """What points are turned into."""

    DISCOUNT = "discount", "Discount on a booking"
    SERVICE_CREDIT = "service_credit", "Credit for later"


class DiscountKind(TextChoices):
    PERCENTAGE = "percentage", "Percentage"
    FIXED = "fixed", "Fixed amount"


class RedemptionState(TextChoices):
    """A code is held while its booking waits to be paid, and given back when that comes to nothing."""

    HELD = "held", "Held"
    USED = "used", "Used"
    RELEASED = "released", "Given back"


# What counts against the limits of a code.
COUNTED = frozenset({RedemptionState.HELD, RedemptionState.USED})
