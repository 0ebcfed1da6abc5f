"""What a specialist's own profile tells besides the profile: what other apps know of them."""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from catalog.models import Specialist

NOTHING_YET = {
    "total_bookings": 0,
    "cancellation_rate": None,
    "revenue": {"this_month": "0.00", "last_month": "0.00", "total": "0.00"},
}


def facts_of(specialist: Specialist) -> dict[str, Any]:
    """The three above, as the functions named in `SPECIALIST_FACTS` tell them; later ones win."""
    facts: dict[str, Any] = dict(NOTHING_YET)
    for path in settings.SPECIALIST_FACTS:
        facts |= import_string(path)(specialist)
    return facts
