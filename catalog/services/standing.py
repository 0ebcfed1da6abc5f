"""What is known of how a specialist answers."""

from collections.abc import Callable
from uuid import UUID

from django.db import transaction

from catalog.models import Standing
from catalog.models.standing import Answering


@transaction.atomic
def renew_answering(specialist_id: UUID, read: Callable[[], Answering]) -> None:
    """Writes what `read` finds.

    It is read under the lock of the row, so that of two who write at once the later one has seen all.
    """
    Standing.objects.get_or_create(specialist_id=specialist_id)
    Standing.objects.select_for_update(no_key=True).get(pk=specialist_id)
    found = read()
    Standing.objects.filter(pk=specialist_id).update(
        requests=found.requests, requests_answered=found.answered, answer_minutes=found.minutes
    )
