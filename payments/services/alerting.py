"""Telling those who look after the money that a day could not be closed."""

import logging

from django.db.models import Q, QuerySet

from accounts.models import User
from notifications.services import notify
from payments.enums import RunState
from payments.models import ReconciliationRun

logger = logging.getLogger(__name__)

KIND = "reconciliation_open"


def alert_of_run(run: ReconciliationRun) -> None:
    """Once for each day and kind of trouble, however often it is read; nothing while all is well."""
    if run.state == RunState.CLEAN:
        return
    logger.error(
        "a day of a gateway is not closed",
        extra={"run": str(run.pk), "gateway": run.gateway, "day": run.day.isoformat(), "open": run.open_count},
    )
    told = {"gateway": run.gateway.capitalize(), "day": f"{run.day:%d %b %Y}", "found": _found(run)}
    for member in treasurers():
        notify(member, KIND, told, event_key=f"{KIND}:{run.pk}:{run.state}")


def treasurers() -> QuerySet[User]:
    """Staff who may have a day read again, by their role or as superusers."""
    by_role = Q(
        groups__permissions__codename="rerun_reconciliationrun",
        groups__permissions__content_type__app_label="payments",
    )
    chosen = User.objects.filter(is_staff=True, is_active=True).filter(by_role | Q(is_superuser=True))
    found: QuerySet[User] = User.objects.filter(pk__in=chosen.order_by().values("pk"))
    return found


def _found(run: ReconciliationRun) -> str:
    if run.state == RunState.INCOMPLETE:
        return "its books could not be read to their end"
    return "one line needs a look" if run.open_count == 1 else f"{run.open_count} lines need a look"
