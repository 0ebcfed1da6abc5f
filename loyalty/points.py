"""The arithmetic of points: what is earned, which of them go first, what a refund takes back, when they expire.

Points lie in lots, one for each time that some were given. A balance is what all lots hold, less what is owed: a
reversal takes points that may have been spent, and the next ones that come in pay for them first.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from uuid import UUID
from zoneinfo import ZoneInfo

from common.money import Money, exponent
from common.walltime import day_range

FOREVER = datetime.max.replace(tzinfo=UTC)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that came together and expire together; never, if there is no `expires_at`."""

    id: UUID
    points: int
    expires_at: datetime | None


def points_for(price: Money, units_per_point: int) -> int:
    """One for each full number of currency units: 149.99 at 10 a point earns 14."""
    unit: int = 10 ** exponent(price.currency)
    return max(price.minor, 0) // (units_per_point * unit)


def most_points_for(due: Money, point_value_minor: int) -> int:
    """As many as can be used on `due` without making it negative."""
    return max(due.minor, 0) // point_value_minor if point_value_minor else 0


def drawn(lots: Iterable[Lot], points: int, *, first: UUID | None = None) -> list[tuple[UUID, int]]:
    """From which lots `points` are taken, and how many of each; fewer altogether if the lots hold no more.

    Those that expire soonest go first and of equals the older; before all of them the lot `first`.
    """
    queue = sorted(lots, key=lambda lot: (lot.id != first, lot.expires_at or FOREVER, lot.id))
    return _spread(queue, points)


def put_back(taken: Sequence[Lot], points: int) -> list[tuple[UUID, int]]:
    """Into which lots `points` return that were taken from them; if some are owed, the longest-lived ones are back."""
    queue = sorted(taken, key=lambda lot: (lot.expires_at or FOREVER, lot.id), reverse=True)
    return _spread(queue, points)


def to_take_back(earned: int, refunded: Fraction, already: int) -> int:
    """How many points go back when `refunded` of the price has been, all refunds so far together.

    Whole points only, in the customer's favour until the last refund: of 15, half takes 7 and the rest 8.
    """
    return max(0, int(earned * min(refunded, Fraction(1))) - already)


def expiry_of(earned_on: date, months: int | None, zone: ZoneInfo) -> datetime | None:
    """The midnight that ends the same day of the month, `months` later: what is earned on the 31st lives to the last
    day of a shorter month. None and 0 months are for ever."""
    if not months:
        return None
    years, month = divmod(earned_on.month - 1 + months, 12)
    year, month = earned_on.year + years, month + 1
    last_day = date(year, month, min(earned_on.day, monthrange(year, month)[1]))
    return day_range(last_day + _ONE_DAY, zone).start


def _spread(queue: Iterable[Lot], points: int) -> list[tuple[UUID, int]]:
    shares = []
    for lot in queue:
        share = min(lot.points, points)
        if share > 0:
            shares.append((lot.id, share))
            points -= share
    return shares
