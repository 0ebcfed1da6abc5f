"""What points can be used on. An upper floor says so in the setting `REDEMPTION_TARGETS`; loyalty knows no bookings.

    REDEMPTION_TARGETS = {"booking": "bookings.services.redeeming.BookingTarget"}

Both calls run in the transaction of the redemption: the thing's own row is locked before the account of points, as
everywhere parents come before what hangs on them.
"""

from functools import cache
from typing import Protocol
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from common.money import Money
from loyalty.models import LoyaltyEntry

BOOKING = "booking"


class RedemptionTarget(Protocol):
    def due(self, subject_id: UUID, user_id: UUID) -> Money | None:
        """Locks it and says what points may still be used on; None if this person has no such thing.

        Refuses by a domain error what is over, cancelled or paid.
        """

    def take_off(self, subject_id: UUID, redeemed: LoyaltyEntry) -> None:
        """Lowers what is due by the worth of what was redeemed, which is at most what `due` has said."""


def target_named(name: str) -> RedemptionTarget | None:
    """None where no floor above takes points."""
    path = settings.REDEMPTION_TARGETS.get(name)
    return None if path is None else _target(path)


@cache
def _target(path: str) -> RedemptionTarget:
    target: RedemptionTarget = import_string(path)()
    return target
