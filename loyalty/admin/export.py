"""Uses of promo codes as a file, for finance."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from uuid import UUID

from django.conf import settings
from django.utils.module_loading import import_string

from common.exports import Column
from common.money import Money
from loyalty.models import PromoRedemption

PORTION = 2_000


@dataclass(frozen=True, slots=True)
class Use:
    """`number` is what people call the thing that the code was used for; empty where nobody knows it any more."""

    redemption: PromoRedemption
    number: str


USE_COLUMNS = (
    Column("code", lambda use: use.redemption.promo.code),
    Column("number", lambda use: use.number),
    Column("booking", lambda use: use.redemption.subject_id),
    Column("customer", lambda use: use.redemption.user_id),
    Column("state", lambda use: use.redemption.state),
    Column("currency", lambda use: use.redemption.currency),
    Column("subtotal", lambda use: _subtotal(use).decimal, is_summed=True),
    Column("discount", lambda use: use.redemption.discount.decimal, is_summed=True),
    Column("used", lambda use: use.redemption.created_at.isoformat(timespec="seconds")),
)


def _subtotal(use: Use) -> Money:
    return Money(use.redemption.subtotal_minor, use.redemption.currency)


def with_numbers(redemptions: Iterator[PromoRedemption]) -> Iterator[Use]:
    """As they come, a portion at a time: their numbers are an upper floor's, which is asked for many at once."""
    while portion := list(islice(redemptions, PORTION)):
        numbers = _numbers_of([each.subject_id for each in portion])
        for each in portion:
            yield Use(each, numbers.get(each.subject_id, ""))


def _numbers_of(subjects: Iterable[UUID]) -> Mapping[UUID, str]:
    asked = list(subjects)
    found: dict[UUID, str] = {}
    for path in settings.SUBJECT_NUMBERS:
        found |= import_string(path)(asked)
    return found
