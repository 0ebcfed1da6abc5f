"""Points on bookings, for whoever asks loyalty to redeem them: POST /loyalty/redeem with a discount."""

from uuid import UUID

from bookings.models import Booking
from bookings.services.means import note_points, proceed_if_covered, require_room_for_points
from bookings.transitions import locked
from common.money import Money
from loyalty.models import LoyaltyEntry


class BookingTarget:
    """Implements `loyalty.targets.RedemptionTarget`."""

    def due(self, subject_id: UUID, user_id: UUID) -> Money | None:
        if not Booking.objects.filter(pk=subject_id, customer=user_id).exists():
            return None
        return require_room_for_points(locked(subject_id))

    def take_off(self, subject_id: UUID, redeemed: LoyaltyEntry) -> None:
        booking = locked(subject_id)
        note_points(booking, redeemed)
        proceed_if_covered(booking)
