"""What becomes of previews that nobody confirms: the times that they hold go back, and later they are forgotten."""

from datetime import timedelta

from django.db.models.functions import Now

from bookings.models import CheckoutPreview
from bookings.services.sweeping import swept
from catalog.occupancy import release

# For that long whoever confirms once more is told which booking it became.
KEPT_FOR = timedelta(days=1)
BATCH = 5_000


def give_back_holds() -> int:
    """Gives back the times of checkouts that were not finished; returns how many."""
    due = CheckoutPreview.objects.holding().filter(expires_at__lte=Now())
    return swept(due.order_by("expires_at"), _give_back)


def forget_previews() -> int:
    """Deletes previews that are long over, but for one whose time is still to be given back; returns how many."""
    over = CheckoutPreview.objects.filter(is_holding=False, expires_at__lte=Now() - KEPT_FOR)
    total = 0
    while True:
        deleted, _ = CheckoutPreview.objects.filter(pk__in=over.order_by("expires_at").values("pk")[:BATCH]).delete()
        total += deleted
        if deleted < BATCH:
            return total


def _give_back(preview: CheckoutPreview) -> None:
    preview.is_holding = False
    preview.save(update_fields=["is_holding"])
    release([preview.pk])
