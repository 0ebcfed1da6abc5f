"""Counting wrong promo codes and nothing else, so that whoever guesses is stopped and whoever buys is not."""

from collections.abc import Iterator
from contextlib import contextmanager

from rest_framework.request import Request

from common.api.rate_scopes import PROMO_MISSES
from common.rate_limits import require, take_back
from loyalty.errors import PromoUnknown


@contextmanager
def counting_misses(request: Request) -> Iterator[None]:
    """Refuses a caller who has guessed too often; what is found inside, even if it does not fit, is no guess.

    The try is counted before the code is looked up, so that many at once are counted as well.
    """
    limit = PROMO_MISSES.limit_for(request)
    limits = () if limit is None else (limit,)
    require(*limits)
    try:
        yield
    except PromoUnknown:
        raise
    except Exception:
        take_back(*limits)
        raise
    else:
        take_back(*limits)
