"""The first page: a card for each thing that this member of staff may look at. Each card costs at most one query."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from accounts.models import User
from bookings.enums import OCCUPYING, BookingStatus
from bookings.selectors.desk import counts_of_day, to_come, waiting
from common import clock
from common.audit_words import AuditWords
from common.health_checks import SILENCE
from common.heartbeat import beat_seen_at
from common.ids import first_id_of
from common.lockouts import locked_out
from common.models import AuditEntry, OutboxEvent, ProofRun
from common.walltime import day_range
from notifications.enums import ContactStatus
from notifications.models import ContactSubmission, Delivery
from payments.enums import RunState
from payments.models import ReconciliationRun

# The nightly proof may be late, but not by half a day.
PROOF_IS_OLD_AFTER = timedelta(hours=36)
RECENT = 8
# A customer who has heard nothing for a day books elsewhere.
LONG_WAIT = timedelta(days=1)
ONE_WEEK = timedelta(days=7)
RECONCILED_WITHIN = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Card:
    """A figure with its meaning. `state` colours the dot: good, warn, bad or nothing."""

    title: str
    figure: str
    note: str
    link: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class Deed:
    entry: AuditEntry
    who: str
    what: str


def cards_for(request: HttpRequest) -> list[Card]:
    may = request.user.has_perm
    return [make() for permission, make in CARDS if may(permission)]


def recent_deeds(request: HttpRequest) -> list[Deed]:
    """One query, and one more for each kind of object among them."""
    if not request.user.has_perm("common.view_auditentry"):
        return []
    entries = list(AuditEntry.objects.order_by("-id")[:RECENT])
    words = AuditWords(entries)
    return [Deed(each, words.who(each), Truncator(words.sentence(each)).chars(160)) for each in entries]


def environment_badge(_request: HttpRequest) -> list[str] | None:
    """Says in the header that this is not the real one."""
    if settings.PRODUCTION:
        return None
    return [settings.ENVIRONMENT.capitalize(), "warning"]


def _people() -> Card:
    counted = User.objects.aggregate(all=Count("pk"), blocked=Count("pk", filter=Q(is_active=False)))
    link = reverse("admin:accounts_user_changelist")
    return Card("People", f"{counted['all']:,}", f"{counted['blocked']:,} blocked", link)


def _jobs() -> Card:
    seen_at = beat_seen_at()
    link = reverse("admin:jobs")
    if seen_at is None:
        return Card("Background jobs", "Silent", "No sign of life for a day", link, "bad")
    silence = clock.now() - seen_at
    alive = silence <= SILENCE
    return Card(
        "Background jobs",
        "Running" if alive else "Silent",
        f"Last sign of life {int(silence.total_seconds())} s ago",
        link,
        "good" if alive else "bad",
    )


def _events() -> Card:
    counted = OutboxEvent.objects.filter(delivered_at=None).aggregate(
        waiting=Count("pk", filter=Q(dead_at=None)), dead=Count("pk", filter=Q(dead_at__isnull=False))
    )
    link = reverse("admin:common_outboxevent_changelist")
    note = f"{counted['dead']:,} given up" if counted["dead"] else "None given up"
    return Card("Events to deliver", f"{counted['waiting']:,}", note, link, "bad" if counted["dead"] else "good")


def _proofs() -> Card:
    run = ProofRun.objects.order_by("-pk").first()
    link = reverse("admin:common_proofrun_changelist")
    if run is None:
        return Card("Proofs", "–", "Never run yet", link, "warn")
    if not run.passed:
        return Card("Proofs", f"{run.violated} violated", f"{run.errors} could not be asked", link, "bad")
    is_old = clock.now() - run.finished_at > PROOF_IS_OLD_AFTER
    note = f"{run.finished_at:%d %b %H:%M} UTC"
    return Card("Proofs", f"{run.proven} hold", note, link, "warn" if is_old else "good")


def _lockouts() -> Card:
    count = locked_out().count()
    link = reverse("admin:axes_accessattempt_changelist")
    return Card("Locked-out sign-ins", f"{count:,}", "Within the last 15 minutes", link, "warn" if count else "good")


def _letters() -> Card:
    counted = ContactSubmission.objects.exclude(status=ContactStatus.RESOLVED).aggregate(
        new=Count("pk", filter=Q(status=ContactStatus.NEW)), open=Count("pk")
    )
    link = reverse("admin:notifications_contactsubmission_changelist")
    note = f"{counted['open']:,} not resolved yet"
    return Card("New contact forms", f"{counted['new']:,}", note, link, "warn" if counted["new"] else "good")


def _messages() -> Card:
    since = first_id_of(clock.now() - timedelta(days=1))
    missed = Delivery.objects.missed().filter(pk__gte=since).count()
    link = reverse("admin:notifications_delivery_changelist") + "?state__exact=failed"
    return Card("Messages not delivered", f"{missed:,}", "Within the last day", link, "warn" if missed else "good")


def _bookings_today() -> Card:
    zone = timezone.get_current_timezone()
    today = clock.today(zone)
    counted = counts_of_day(day_range(today, zone))
    named = [f"{count:,} {BookingStatus(status).label.lower()}" for status, count in sorted(counted.items())]
    return Card(
        "Bookings today",
        f"{sum(count for status, count in counted.items() if status in OCCUPYING):,}",
        ", ".join(named) or "Nothing is booked",
        reverse("admin:bookings_day"),
    )


def _bookings_to_come() -> Card:
    link = reverse("admin:bookings_booking_changelist")
    return Card("Bookings to come", f"{to_come(clock.now() + ONE_WEEK):,}", "Within the next seven days", link)


def _bookings_waiting() -> Card:
    count, long = waiting(clock.now() - LONG_WAIT)
    link = reverse("admin:bookings_booking_changelist") + f"?status__exact={BookingStatus.PENDING}"
    note = f"{long:,} for more than a day" if long else "None for more than a day"
    return Card("Waiting for confirmation", f"{count:,}", note, link, "bad" if long else "good")


def _reconciliation() -> Card:
    """Of the days that are still talked about; an older one was closed, or shows in the proofs."""
    since = clock.today(timezone.get_current_timezone()) - RECONCILED_WITHIN
    counted = ReconciliationRun.objects.filter(day__gte=since).aggregate(
        flagged=Count("pk", filter=Q(state=RunState.FLAGGED)),
        unread=Count("pk", filter=Q(state=RunState.INCOMPLETE)),
        lines=Sum("open_count", default=0),
    )
    link = reverse("admin:payments_reconciliationrun_changelist")
    if counted["flagged"]:
        note = f"Lines to look at: {counted['lines']:,}"
        return Card("Reconciliation", f"{counted['flagged']:,} open", note, f"{link}?state__exact=flagged", "bad")
    if counted["unread"]:
        note = "Their books were not read to the end"
        return Card("Reconciliation", f"{counted['unread']:,} unread", note, f"{link}?state__exact=incomplete", "warn")
    return Card("Reconciliation", "Closed", "Gateways and books agree", link, "good")


# The permission that shows a card, and what makes it. Apps' cards are added here with their apps.
CARDS: list[tuple[str, Callable[[], Card]]] = [
    ("bookings.view_booking", _bookings_today),
    ("bookings.view_booking", _bookings_waiting),
    ("bookings.view_booking", _bookings_to_come),
    ("common.view_outboxevent", _jobs),
    ("common.view_outboxevent", _events),
    ("common.view_proofrun", _proofs),
    ("accounts.view_user", _people),
    ("notifications.view_contactsubmission", _letters),
    ("notifications.view_delivery", _messages),
    ("payments.view_reconciliationrun", _reconciliation),
    ("axes.view_accessattempt", _lockouts),
]


def dashboard(request: HttpRequest) -> dict[str, Any]:
    return {"cards": cards_for(request), "deeds": recent_deeds(request)}
