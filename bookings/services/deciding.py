"""Saying yes to a booking, and beginning with it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from bookings.enums import Action
from bookings.models import Booking
from bookings.selectors.permitted import require_permitted
from bookings.services.proceeding import keep_promo
from bookings.transitions import Actor, locked, move
from common import clock


@transaction.atomic
def confirm_booking(
    booking: Booking, *, actor: Actor, meeting_link: str = "", preparation_notes: str = "", reason: str = ""
) -> Booking:
    """The specialist takes the booking, and may tell where to meet and what to prepare."""
    booking = locked(booking.pk)
    require_permitted(booking, Action.CONFIRM, role=actor.role, now=clock.now())
    told = given(meeting_link=meeting_link, preparation_notes=preparation_notes)
    move(booking, Action.CONFIRM, actor=actor, reason=reason, changes=told)
    keep_promo(booking)
    return booking


@transaction.atomic
def start_booking(booking: Booking, *, actor: Actor, reason: str = "") -> Booking:
    """The customer is there and it begins; at most an hour ahead of its time."""
    booking = locked(booking.pk)
    require_permitted(booking, Action.START, role=actor.role, now=clock.now())
    return move(booking, Action.START, actor=actor, reason=reason)


def given(**values: Any) -> Mapping[str, Any]:
    """What was told; nothing that was told before is wiped out by saying nothing."""
    return {name: value for name, value in values.items() if value}
