"""What points and promo codes refuse."""

from common.errors import BusinessRuleViolation, Conflict, NotFound


class LoyaltyMisuse(ValueError):
    """Code of ours asked for something impossible; nobody outside can cause it."""


class NotEnoughPoints(BusinessRuleViolation):
    """More is to be taken than there is."""


class CannotRedeem(BusinessRuleViolation):
    """Points cannot be used in this way."""


class PromoUnknown(NotFound):
    """One answer for codes that never were, are switched off, or are not of this time: guessing tells nothing."""

    default_message = "This code cannot be used."


class PromoRefused(BusinessRuleViolation):
    """The code is fine and does not fit: its detail says why."""


class PromoExhausted(PromoRefused):
    default_message = "This code has been used as often as it may be."


class AnotherPromoApplied(Conflict):
    default_message = "Another code is applied to this booking already."
