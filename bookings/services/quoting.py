"""What a basket costs now, and whether it can be had together.

1. Every service in it is offered, and all of them are the platform's or all one specialist's, in one currency: what is
   booked together is one visit or one appointment.
2. Prices, tax and policy are taken as they are, the promo code by what it says of this basket and this customer.
3. Points and credit pay as much of the total as was asked for and there is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from accounts.models import User
from bookings.enums import NEVER_MADE, BookingKind
from bookings.errors import CannotBook
from bookings.models import Booking
from bookings.pricing import Tax
from bookings.quote import Means, Quote, QuotedLine, QuotedPromo
from bookings.selectors.checkout import zone_of
from bookings.selectors.wanted import wanted_services
from bookings.services.booking import is_offered, not_bookable, require_not_oneself
from bookings.services.drafting import present_policy
from catalog.models import Resource, Service
from common.errors import Detail
from common.money import AmountOutOfRange, Money
from common.platform import platform_settings
from loyalty.errors import CannotRedeem, NotEnoughPoints, PromoUnknown
from loyalty.points import most_points_for
from loyalty.promo import FIELD as PROMO_FIELD
from loyalty.promo import Basket as PromoBasket
from loyalty.promo import Line as PromoLine
from loyalty.selectors import profile_facts, worth
from loyalty.services import quote_promo
from payments.selectors import credit_of

# Nothing is open for longer, and a calendar's day has no more.
LONGEST = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Basket:
    """So many of each service, in the customer's order; there is at least one."""

    contents: Sequence[tuple[Service, int]]

    @property
    def services(self) -> list[Service]:
        return [service for service, _ in self.contents]

    @property
    def first(self) -> Service:
        return self.contents[0][0]

    @property
    def kind(self) -> BookingKind:
        return BookingKind.VISIT if self.first.owner is None else BookingKind.APPOINTMENT

    @property
    def zone(self) -> ZoneInfo:
        return zone_of(self.first)

    @property
    def room(self) -> Resource | None:
        return next((service.room for service in self.services if service.room is not None), None)

    def as_one(self) -> Service:
        """All of it as one service, never saved: how long it takes, what is free around it, and in which room."""
        duration = sum(service.duration_minutes * quantity for service, quantity in self.contents)
        return Service(
            owner=self.first.owner,
            room=self.room,
            duration_minutes=duration,
            buffer_before_minutes=self.first.buffer_before_minutes,
            buffer_after_minutes=self.contents[-1][0].buffer_after_minutes,
        )


def filled_basket(items: Mapping[UUID, int], customer: User) -> Basket:
    """What the ids stand for, if it can be booked together by this customer; one query."""
    found = wanted_services(items)
    for position, pk in enumerate(items):
        if pk not in found or not is_offered(found[pk]):
            raise not_bookable(f"items.{position}.service_id")
    basket = Basket([(found[pk], quantity) for pk, quantity in items.items()])
    _require_one_booking(basket)
    require_not_oneself(basket.first, customer)
    return basket


def quote_basket(basket: Basket, *, customer: User, promo_code: str = "") -> Quote:
    """The basket at today's prices; refuses a promo code that takes nothing off it, and says why."""
    settings = platform_settings()
    lines = tuple(_line(service, quantity) for service, quantity in basket.contents)
    currency = basket.first.currency
    without_code = Quote(
        currency=currency,
        lines=lines,
        tax=Tax.of_percent(settings.tax_percent, is_included=settings.prices_include_tax),
        policy=present_policy(),
        means=Means.none(currency),
    )
    try:
        without_code.pricing  # noqa: B018 - looks whether there is one
    except AmountOutOfRange as error:
        raise _refused("items", "The price of this is more than can be paid here.", "AMOUNT_OUT_OF_RANGE") from error
    if not promo_code:
        return without_code
    return replace(without_code, promo=_promo(lines, currency, customer, promo_code))


def with_means(quote: Quote, *, customer: User, use_points: int | bool, use_credit: bool) -> Quote:
    """The quote with points and credit in it: as many points as are asked for or there are, and credit for the rest.

    More than there is or than may be used is refused here as it would be later. Nothing is taken yet.
    """
    points = _points(quote, customer, use_points) if use_points else 0
    means = Means(points, worth(points), Money.zero(quote.currency)) if points else Means.none(quote.currency)
    if use_credit:
        left = quote.pricing.total - means.worth
        means = replace(means, credit=min(left, _credit(quote, customer)))
    return replace(quote, means=means)


def promo_basket(quote_lines: Sequence[QuotedLine], currency: str) -> PromoBasket:
    """The lines as promo codes look at them."""
    lines = [PromoLine(line.priced.total, line.service_id, line.category_id) for line in quote_lines]
    return PromoBasket(currency, tuple(lines))


def has_booked(customer: User) -> bool:
    """Whether a first booking is behind them; one that was never paid for is none."""
    made = Booking.objects.of_customer(customer).exclude(status__in=NEVER_MADE)
    return bool(made.exists())


def _points(quote: Quote, customer: User, wanted: int | bool) -> int:
    """How many; the settings say whether they pay the tax as well, which is left to pay by other means if not."""
    pricing, one = quote.pricing, worth(1)
    if one.currency != quote.currency:
        message = f"Points take something off prices in {one.currency}."
        raise CannotRedeem.of("use_points", message, "CURRENCY")
    room = pricing.total if platform_settings().points_pay_tax else pricing.total - pricing.tax
    most, there = most_points_for(room, one.minor), max(0, profile_facts(customer)["loyalty_points"])
    if wanted is True:
        return min(most, there)
    if wanted > there:
        raise NotEnoughPoints.of("use_points", f"You have {there} points to use.", "NOT_ENOUGH_POINTS")
    if wanted > most:
        message = f"At most {most} points can be used on this booking."
        raise CannotRedeem.of("use_points", message, "POINTS_EXCEED_DUE")
    return int(wanted)


def _credit(quote: Quote, customer: User) -> Money:
    nothing = Money.zero(quote.currency)
    own = next((each for each in credit_of(customer.pk) if each.currency == quote.currency), nothing)
    return max(own, nothing)


def _promo(lines: Sequence[QuotedLine], currency: str, customer: User, code: str) -> QuotedPromo:
    wanted = promo_basket(lines, currency)
    try:
        promo, discount = quote_promo(code, wanted, user=customer, has_booked=has_booked(customer))
    except PromoUnknown as error:
        raise PromoUnknown.of(PROMO_FIELD, error.message, "PROMO_UNKNOWN") from error
    return QuotedPromo(promo.pk, promo.code, discount)


def _line(service: Service, quantity: int) -> QuotedLine:
    return QuotedLine(
        service_id=service.pk,
        category_id=service.category_id,
        name=service.name,
        quantity=quantity,
        minutes=service.duration_minutes,
        price=service.price,
        market_price=service.market_price,
    )


def _require_one_booking(basket: Basket) -> None:
    services = basket.services
    if len({service.owner_id for service in services}) > 1:
        raise _refused("items", "Services of different people are booked one by one.", "TWO_OWNERS")
    if len({service.currency for service in services}) > 1:
        raise _refused("items", "Prices in different currencies cannot be paid together.", "TWO_CURRENCIES")
    if len({service.room_id for service in services if service.room_id is not None}) > 1:
        raise _refused("items", "These are given in different rooms: book them one by one.", "TWO_ROOMS")
    if basket.as_one().duration > LONGEST:
        raise _refused("items", "This takes longer than a day: book it in parts.", "TOO_LONG")


def _refused(field: str, message: str, code: str) -> CannotBook:
    return CannotBook(message, details=[Detail(field, message, code)])
