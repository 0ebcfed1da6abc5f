"""The checkout: a basket is priced, and what was promised is booked, to be paid in cash or online.

Online money is asked of the sandbox, which answers at once and within the same database: what another gateway takes is
not ours to measure. Each preview is confirmed once, so each run has previews of its own, copied from one that the
platform has made; a visit takes nobody's time.
"""

from collections.abc import Iterator, Sequence
from datetime import date, time, timedelta
from functools import partial
from itertools import count, cycle, islice
from uuid import UUID

from django.db import connection

from accounts.models import Address, User
from bench.booking_sql import EVENTS
from bench.copying import copying
from bench.people import customers
from bench.scenario import Database, Load, Scenario, Work
from bench.scenarios.me import token_for
from bench.wire import Request, post
from bookings.enums import PaymentMethod
from bookings.models import Booking, BookingLine, CheckoutPreview, TimelineEntry
from bookings.selectors.paying import PAYABLE
from bookings.services.confirming import Confirmed, confirm_checkout
from bookings.services.preparing import Wanted, prepare_checkout
from bookings.services.times import When
from catalog.models import Category, Service
from common import clock
from common.ids import new_id
from common.models import PlatformSettings
from payments.enums import Purpose
from payments.models import Payment
from payments.services.opening import Asked, begin_payment

PATH = "/api/v1/checkout"
CALLERS = 500
# More of them than a machine makes in one run.
CONFIRMED_IN_A_RUN, RUNS = 2_000, 15
TEN = time(10)
HOME = {"name": "Home", "address_line1": "1 Lake Road", "city": "Kolkata", "state": "WB", "pincode": "700029"}

_PREPARED = copying(CheckoutPreview, {"id": "uuidv7()"})
_PREVIEWS = copying(
    CheckoutPreview,
    {
        "id": "own.id",
        "customer_id": "own.customer",
        "address_id": "own.address",
        "expires_at": "now() + interval '1 day'",
    },
    among="unnest(%s::uuid[], %s::uuid[], %s::uuid[]) AS own (id, customer, address)",
)
_BOOKED = copying(Booking, {"id": "%s"})
_LINE = copying(BookingLine, {"id": "uuidv7()", "booking_id": "%s"}, where="alike.booking_id = %s")
_STEP = copying(TimelineEntry, {"id": "uuidv7()", "booking_id": "%s"}, where="alike.booking_id = %s AND step = 1")
_USED = "UPDATE bookings_checkoutpreview SET booking_id = %s WHERE id = %s"
_PAYMENT = copying(
    Payment, {"id": "uuidv7()", "payable_id": "%s", "gateway_ref": "uuidv7()"}, where="alike.payable_id = %s"
)


def preparing(_database: Database) -> Load:
    homes, service = _homes("prepare"), _service()
    like = _prepared(homes[0], service).pk
    requests = [
        post(f"{PATH}/prepare", _basket(service) | {"address_id": str(home.pk)}, token=token_for(home.user))
        for home in homes
    ]
    return Load(requests=lambda _take: cycle(requests), bare_sql=lambda _take: cycle([[(_PREPARED, [like])]]))


def confirming(method: PaymentMethod, _database: Database) -> Load:
    """Half of the previews are confirmed by requests and half of them by the bare SQL."""
    # Those who pay online may have so many bookings unpaid.
    PlatformSettings.objects.update_or_create(pk=1, defaults={"unpaid_holds": 1_000})
    homes, service = _homes(f"confirm-{method}"), _service()
    tokens = {home.user_id: token_for(home.user) for home in homes}
    like, pattern = _pattern(homes[0], service, method)
    previews = _copied(pattern, homes, 2 * CONFIRMED_IN_A_RUN * RUNS)
    half = len(previews) // 2
    asked, written = previews[:half], previews[half:]
    # Drivers are forked, so it is the runs that are counted here and not the requests.
    runs = count()

    def requests(_take: int) -> Iterator[Request]:
        begin = next(runs) * CONFIRMED_IN_A_RUN % half
        return (_yes(preview, method, tokens[customer]) for preview, customer in islice(cycle(asked), begin, None))

    def bare_sql(take: int) -> Iterator[Work]:
        begin = take * CONFIRMED_IN_A_RUN // 2 % half
        return (_confirmed(like, preview, method) for preview, _ in islice(cycle(written), begin, None))

    return Load(requests=requests, bare_sql=bare_sql)


def _yes(preview: UUID, method: PaymentMethod, token: str) -> Request:
    said = {
        "preview_id": str(preview),
        "payment_method": method.value,
        "cancellation_policy_accepted": True,
        "booking_date": str(_some_day()),
        "booking_time": f"{TEN:%H:%M}",
    }
    return post(f"{PATH}/confirm", said, token=token, headers={"Idempotency-Key": str(new_id())})


def _confirmed(like: UUID, preview: UUID, method: PaymentMethod) -> Work:
    """The rows of the booking, and of the payment that it waits for; not what the sandbox keeps for itself."""
    booking = new_id()
    rows: Work = [
        (_BOOKED, [booking, like]),
        (_LINE, [booking, like]),
        (_STEP, [booking, like]),
        (EVENTS, ["booked", [booking]]),
        (_USED, [booking, preview]),
    ]
    return rows if method == PaymentMethod.CASH else [*rows, (_PAYMENT, [booking, like])]


def _pattern(home: Address, service: Service, method: PaymentMethod) -> tuple[UUID, UUID]:
    """A booking that came about by the checkout, and a preview that has not become one yet."""
    said = Confirmed(
        preview_id=_prepared(home, service).pk,
        payment_method=method,
        policy_accepted=True,
        when=When(day=_some_day(), time=TEN),
    )
    booking = confirm_checkout(said, customer=home.user)
    if method == PaymentMethod.ONLINE:
        begin_payment(Asked(PAYABLE, booking.pk, Purpose.FULL, "sandbox"), payer=home.user)
    return booking.pk, _prepared(home, service).pk


def _prepared(home: Address, service: Service) -> CheckoutPreview:
    return prepare_checkout(Wanted({service.pk: 1}, address_id=home.pk), customer=home.user).preview


def _copied(like: UUID, homes: Sequence[Address], many: int) -> list[tuple[UUID, UUID]]:
    owners = list(islice(cycle(homes), many))
    ids = [new_id() for _ in owners]
    with connection.cursor() as cursor:
        cursor.execute(_PREVIEWS, [ids, [each.user_id for each in owners], [each.pk for each in owners], like])
    return [(pk, home.user_id) for pk, home in zip(ids, owners, strict=True)]


def _homes(name: str) -> list[Address]:
    people: list[User] = customers(f"{name}-caller", CALLERS)
    return list(Address.objects.bulk_create(Address(user=person, is_default=True, **HOME) for person in people))


def _some_day() -> date:
    return clock.now().date() + timedelta(days=7)


def _service() -> Service:
    """The platform's, done at the customer's home."""
    category = Category.objects.active().order_by("pk").first()
    made: Service = Service.objects.create(
        owner=None, category=category, name="An hour at home", duration_minutes=60, price_minor=100_000
    )
    return made


def _basket(service: Service) -> dict[str, object]:
    return {"items": [{"service_id": str(service.pk), "quantity": 1}]}


SCENARIOS = [
    Scenario("checkout-prepare", preparing),
    Scenario("checkout-cash", partial(confirming, PaymentMethod.CASH)),
    Scenario("checkout-online", partial(confirming, PaymentMethod.ONLINE)),
]
