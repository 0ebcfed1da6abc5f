"""As whom the person at the other end acts."""

from accounts.models import User
from bookings.enums import Role
from bookings.models import Booking, Series
from bookings.rules import role_of
from bookings.transitions import Actor
from common.errors import PermissionDenied, ValidationFailed

OVERRULE = "bookings.override_booking"


def actor_on(booking: Booking, user: User) -> Actor:
    """The user as customer or specialist of the booking; whoever may only look at it is refused."""
    role = role_of(user, booking)
    if role is None:
        raise PermissionDenied
    return Actor(role, user)


def actor_on_series(series: Series, user: User) -> Actor:
    """The user as customer or specialist of the series; nobody else sees it."""
    is_specialist = series.specialist is not None and series.specialist.user_id == user.pk
    return Actor(Role.SPECIALIST if is_specialist else Role.CUSTOMER, user)


def customer(user: User) -> Actor:
    return Actor(Role.CUSTOMER, user)


def staff(user: User) -> Actor:
    """For staff the same notice, horizon and hours count as for the customers they act for."""
    return Actor(Role.STAFF, user)


def overruling_staff(user: User, *, reason: str) -> Actor:
    """Staff who leave notice, horizon and hours aside: with the permission to, and for a reason that is kept.

    What is taken stays taken: no permission puts two bookings into one place.
    """
    if not user.has_perm(OVERRULE):
        raise PermissionDenied
    if not reason.strip():
        raise ValidationFailed.of("reason", "Say why the rules are left aside.", "REQUIRED")
    return Actor(Role.STAFF, user, overrules=True)
