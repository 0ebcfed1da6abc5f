"""Sign-ins that failed: whose, from where, and whether they lock somebody out. django-axes writes the rows."""

from axes.conf import settings as axes_settings
from axes.models import AccessAttempt
from django.db.models import QuerySet, Sum

from common import clock

# All names together, from one address: an office behind one router may mistype, a list of stolen passwords may not.
MOST_FAILURES_PER_ADDRESS = 30


def still_counting() -> "QuerySet[AccessAttempt]":
    """Failures young enough to count; older ones are forgotten at the next sign-in."""
    attempts: QuerySet[AccessAttempt] = AccessAttempt.objects.filter(
        attempt_time__gte=clock.now() - axes_settings.AXES_COOLOFF_TIME
    )
    return attempts


def locked_out() -> "QuerySet[AccessAttempt]":
    return still_counting().filter(failures_since_start__gte=axes_settings.AXES_FAILURE_LIMIT)


def is_worn_out(address: str) -> bool:
    """Too many failures came from this address to let it try any name at all."""
    failures = still_counting().filter(ip_address=address).aggregate(sum=Sum("failures_since_start"))["sum"]
    return (failures or 0) >= MOST_FAILURES_PER_ADDRESS
