"""What is written into a booking, while it is still to come or under way."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bookings.enums import Action, Role
from bookings.models import Booking
from bookings.selectors.permitted import require_permitted
from bookings.transitions import Actor, amend, locked
from common import clock
from common.errors import Detail, PermissionDenied

CUSTOMERS = frozenset({"title", "description", "notes", "attendees", "metadata"})
SPECIALISTS = frozenset({"meeting_link", "preparation_notes"})
WHOSE: Mapping[Role, frozenset[str]] = {
    Role.CUSTOMER: CUSTOMERS,
    Role.SPECIALIST: SPECIALISTS,
    Role.STAFF: CUSTOMERS | SPECIALISTS,
}


@transaction.atomic
def change_booking(booking: Booking, changes: Mapping[str, Any], *, actor: Actor, reason: str = "") -> Booking:
    """Changes what is given and differs; each side changes what it has written itself."""
    booking = locked(booking.pk)
    changed = {name: value for name, value in changes.items() if getattr(booking, name) != value}
    if not changed:
        return booking
    require_permitted(booking, Action.CHANGE, role=actor.role, now=clock.now())
    foreign = sorted(set(changed) - WHOSE.get(actor.role, frozenset()))
    if foreign:
        raise PermissionDenied(details=[Detail(name, "The other side writes this.", "NOT_YOURS") for name in foreign])
    if booking.series_id is not None:
        changed["is_modified"] = True
    return amend(booking, Action.CHANGE, actor=actor, changes=changed, reason=reason, data={"changed": sorted(changed)})
