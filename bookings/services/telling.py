"""Who is told of what happens to a booking: both of its sides, and those who are invited when it is called off.

- Everybody reads it in their own zone and language, whoever acted (U9).
- What somebody did themselves stands in their inbox; only what confirms a booking to them is mailed as well.
- Of many dates that happen to at once, the first is told of, with the number of the others.
- A booking that waits for its payment is nobody's news yet.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from bookings.enums import BookingStatus, Role
from bookings.models import Booking, TimelineEntry
from bookings.services.messages import (
    CANCELLED,
    COMPLETED,
    CONFIRMED,
    CREDITED,
    EXPIRED,
    MOVED,
    RECEIVED,
    REFUNDED,
    REQUESTED,
    TO_CONFIRM,
    UNANSWERED,
    place_of,
    words,
)
from bookings.transitions import BOOKED_WITH
from common.events import Event
from common.money import Money
from notifications.services import notify
from payments.enums import Destination


@dataclass(frozen=True, slots=True)
class News:
    """One step of a booking, as its timeline has it. `more` is how many dates took it besides, empty for none."""

    booking: Booking
    step: TimelineEntry
    more: str
    event_key: str

    def tell(self, reader: User, kind: str, **more: Any) -> None:
        notify(
            reader,
            kind,
            words(self.booking, reader, **more),
            event_key=self.event_key,
            about=self.booking.pk,
            is_own_doing=kind not in CONFIRMING and self._is_doing_of(reader),
        )

    def _is_doing_of(self, reader: User) -> bool:
        return self.step.actor_id == reader.pk

    @property
    def specialist(self) -> User | None:
        return self.booking.specialist.user if self.booking.specialist is not None else None

    @property
    def sides(self) -> Iterator[User]:
        yield self.booking.customer
        if self.specialist is not None:
            yield self.specialist


CONFIRMING = frozenset({REQUESTED, CONFIRMED})


def tell(event: Event) -> None:
    """Tells of the event, unless it is one of many of which another one tells, or nobody is to be told."""
    if event.data.get("nth", 1) != 1:
        return
    news = _read(event)
    if news is not None:
        _TELLERS[event.name](news)


def _read(event: Event) -> News | None:
    booking = Booking.objects.select_related(*BOOKED_WITH).filter(pk=event.subject).first()
    step = TimelineEntry.objects.filter(booking=booking, step=int(event.data["step"] or 0)).first()
    if booking is None or step is None:
        return None
    others = int(event.data.get("of") or 1) - 1
    return News(booking, step, str(others or ""), f"{event.name}:{booking.pk}:{step.step}")


def _booked(news: News) -> None:
    """As it was booked. The dates that a series is given every night are no news: whoever booked it knows its rule."""
    if news.step.action == "create" and news.step.role == Role.SYSTEM:
        return
    if news.step.to_status == BookingStatus.CONFIRMED:
        _confirmed(news)
    elif news.step.to_status == BookingStatus.PENDING:
        news.tell(news.booking.customer, REQUESTED, more=news.more)
        if news.specialist is not None:
            news.tell(news.specialist, TO_CONFIRM, more=news.more)


def _confirmed(news: News) -> None:
    for reader in news.sides:
        news.tell(reader, CONFIRMED, more=news.more, place=place_of(news.booking, reader))


def _moved(news: News) -> None:
    was = datetime.fromisoformat(news.step.data["from"][0])
    for reader in news.sides:
        news.tell(reader, MOVED, more=news.more, was=was)


def _cancelled(news: News) -> None:
    if news.step.from_status == BookingStatus.PENDING_PAYMENT:
        news.tell(news.booking.customer, CANCELLED, more=news.more, reason=news.step.reason)
        return
    if news.step.role == Role.SYSTEM and news.step.from_status == BookingStatus.PENDING:
        for reader in news.sides:
            news.tell(reader, UNANSWERED, more=news.more)
        return
    for reader in news.sides:
        news.tell(reader, CANCELLED, more=news.more, reason=news.step.reason)
    if news.step.data.get("tell_attendees"):
        for reader in _invited(news.booking):
            # What the two sides tell each other is theirs.
            news.tell(reader, CANCELLED, more=news.more, reason="")


def _expired(news: News) -> None:
    news.tell(news.booking.customer, EXPIRED)


def _completed(news: News) -> None:
    news.tell(news.booking.customer, COMPLETED)


def _invited(booking: Booking) -> list[User]:
    """Those of the attendees who have accounts here, but for the two sides themselves."""
    known = {each for each in map(_id, booking.attendees) if each is not None}
    sides = {booking.customer_id, booking.specialist.user_id if booking.specialist is not None else None}
    return list(User.objects.filter(pk__in=known - sides).order_by("pk"))


def _id(attendee: str) -> UUID | None:
    try:
        return UUID(attendee)
    except ValueError:
        return None


_TELLERS: Mapping[str, Callable[[News], None]] = {
    "booking.created": _booked,
    "booking.paid": _booked,
    "booking.revived": _booked,
    "booking.confirmed": _confirmed,
    "booking.rescheduled": _moved,
    "booking.cancelled": _cancelled,
    "booking.expired": _expired,
    "booking.completed": _completed,
}
TOLD_OF = tuple(_TELLERS)

# What is told of money, and which figure of the event says how much it was.
_OF_MONEY: Mapping[str, tuple[str, str]] = {
    "payment.succeeded": (RECEIVED, "amount_minor"),
    "payment.refunded": (REFUNDED, "refunded_minor"),
}
TOLD_OF_MONEY = tuple(_OF_MONEY)


def tell_of_money(event: Event) -> None:
    """The customer, whoever caused it: once for each payment and each refund, and where it went to."""
    kind, figure = _OF_MONEY[event.name]
    if event.data.get("destination") == Destination.CREDIT:
        kind = CREDITED
    booking = Booking.objects.select_related(*BOOKED_WITH).filter(pk=str(event.data["payable_id"])).first()
    if booking is None:
        return
    amount = Money(int(event.data[figure] or 0), str(event.data["currency"]))
    told = {
        "what": words(booking, booking.customer)["what"],
        "amount": f"{amount} {amount.currency}",
        "number": booking.number,
    }
    about = UUID(event.subject) if kind == RECEIVED else None
    notify(booking.customer, kind, told, event_key=f"{kind}:{event.id}", about=about)
