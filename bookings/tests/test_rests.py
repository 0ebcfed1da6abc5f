"""What is left to pay of a booking: held on the saved card before the start, taken when it is over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now
from pytest_django import Settings

from bookings.enums import BookingStatus
from bookings.management.invariants import OWN as OF_BOOKINGS
from bookings.models import Booking
from bookings.rests import rest_due
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, mark_no_show
from bookings.services.deciding import confirm_booking, start_booking
from bookings.services.means import use_points
from bookings.services.rescheduling import reschedule_booking
from bookings.services.rests import sweep_rests
from bookings.tests.conftest import Travel
from bookings.tests.factories import appointment, by_customer, by_specialist, by_staff, in_force, offered, reservation
from bookings.tests.paying import books, dealt_with, follow_up, inr, order_of, paid, rest_of, synced, with_card
from bookings.tests.series_factories import booked, bookings_of
from bookings.transitions import locked
from catalog.tests.factories import NOW, at
from common.proofs import check, invariants
from loyalty.services import earn_points
from notifications.models import Delivery, Notification, OutgoingMessage
from notifications.services import deliver_due
from payments.enums import PaymentStatus, Purpose
from payments.gateways.base import Refused, Silent, Unavailable
from payments.management.invariants import OWN as OF_PAYMENTS
from payments.models import GatewayCall, Payment, PaymentId, Refund, SavedCard
from payments.services.cancelling import cancel_at_gateway
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)
HOURS = timedelta(hours=1)
DEPOSIT, REST = 20_000, 157_000


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


def next_week(**fields: Any) -> Booking:
    """Confirmed, at ten in a week; its deposit of 200.00 of 1770.00 is paid."""
    service = offered(deposit_minor=DEPOSIT, instant_booking=True, **fields)
    booking = appointment(service, at("10:00") + WEEK)
    paid(booking)
    return Booking.objects.get(pk=booking.pk)


def over(booking: Booking, travel: Travel) -> Booking:
    """Done, and what follows has been done as well."""
    travel(booking.ends_at)
    complete_booking(booking, actor=by_specialist(booking))
    follow_up()
    return dealt_with(booking)


def by_points(booking: Booking, points: int) -> None:
    """Alice has them, and pays a part of it by them: each is worth 0.10."""
    earn_points(booking.customer, points, source_key=f"given:{booking.pk}", reason="A gift")
    with transaction.atomic():
        use_points(locked(booking.pk), points)


def asked(booking: Booking) -> list[str]:
    told = Notification.objects.filter(
        recipient=booking.customer, kind__in=["payment_due", "payment_needs_confirmation"]
    )
    return list(told.order_by("pk").values_list("kind", flat=True))


@pytest.fixture(autouse=True)
def _all_is_true() -> Iterator[None]:
    """Whatever a test does, the books and the bookings agree after it."""
    yield
    wrong = {each.id: check(each).rows for each in invariants() if each.id in {*OF_BOOKINGS, *OF_PAYMENTS}}
    assert {name: rows for name, rows in wrong.items() if rows} == {}


# When it is due


@pytest.mark.parametrize(
    ("status", "due"),
    [
        (BookingStatus.PENDING, None),
        (BookingStatus.CONFIRMED, NOW + 2 * HOURS),
        (BookingStatus.COMPLETED, NOW),
        (BookingStatus.NO_SHOW, NOW),
        (BookingStatus.EXPIRED, None),
    ],
)
def test_it_is_held_before_the_start_and_taken_when_it_is_over(status: BookingStatus, due: datetime | None) -> None:
    assert rest_due(status, NOW + 50 * HOURS, hours_before=48, now=NOW) == due


def test_the_time_follows_the_booking(travel: Travel) -> None:
    in_force(rest_held_hours=24)
    booking = appointment(offered(), at("10:00") + WEEK)
    assert booking.rest_due_at is None

    confirm_booking(booking, actor=by_specialist(booking))
    booking.refresh_from_db()
    assert booking.rest_due_at == booking.starts_at - 24 * HOURS
    reschedule_booking(booking, starts_at=booking.starts_at + 2 * HOURS, actor=by_customer(booking))
    booking.refresh_from_db()
    assert booking.rest_due_at == booking.starts_at - 24 * HOURS
    travel(booking.starts_at)
    start_booking(booking, actor=by_staff())
    assert Booking.objects.get().rest_due_at == booking.rest_due_at
    cancel_booking(booking, actor=by_staff(), reason="The pipe burst.")
    assert Booking.objects.get().rest_due_at is None


def test_nothing_is_due_later_of_cash_of_what_is_free_and_of_what_is_paid() -> None:
    cash = appointment(offered(instant_booking=True), payment_method="cash")
    whole = appointment(offered("Carol"))
    free = reservation()
    paid(whole, Purpose.FULL)
    confirm_booking(whole, actor=by_specialist(whole))

    for booking in (cash, whole, free):
        booking.refresh_from_db()
        assert (booking.status, booking.rest_due_at) == ("confirmed", None)


# Held


def test_the_rest_is_held_on_the_saved_card_and_taken_when_it_is_done(travel: Travel) -> None:
    booking = with_card(next_week())

    booking = dealt_with(booking)

    held = rest_of(booking)
    assert (held.status, held.amount_minor, held.captured_minor) == ("authorized", REST, 0)
    assert (booking.rest_due_at, booking.payment_status) == (None, "deposit_paid")
    step = booking.timeline.latest("step")
    assert (step.action, step.to_status, step.data["amount"]) == ("hold", "confirmed", "1570.00")
    assert dealt_with(booking).timeline.count() == booking.timeline.count()

    booking = over(booking, travel)

    held.refresh_from_db()
    assert (held.status, held.captured_minor, booking.payment_status) == ("captured", REST, "paid")
    assert booking.rest_due_at is None
    assert books(booking) == {"gateway:fake": 177_000, "revenue": -150_000, "tax": -27_000}
    assert asked(booking) == []


def test_less_than_is_held_is_taken_and_the_books_show_that_alone(travel: Travel) -> None:
    """E171: points came to pay a part of it meanwhile."""
    booking = dealt_with(with_card(next_week()))
    by_points(booking, 5_700)

    booking = over(booking, travel)

    assert (rest_of(booking).captured_minor, booking.payment_status) == (100_000, "paid")
    assert books(booking)["gateway:fake"] == DEPOSIT + 100_000


@pytest.mark.parametrize(
    ("card", "kind"), [("card-bad", "payment_due"), ("", "payment_due"), ("card-asks", "payment_needs_confirmation")]
)
def test_where_it_cannot_be_held_the_customer_is_asked_and_not_for_ever(card: str, kind: str) -> None:
    """E169: the booking goes on."""
    booking = next_week()
    if card:
        with_card(booking, card)

    for tries in (1, 2, 2):
        booking = dealt_with(booking)
        assert (booking.status, booking.rest_tries) == ("confirmed", tries)
        assert Payment.objects.live().exclude(purpose="deposit").count() <= 1

    assert booking.rest_due_at is None
    assert asked(booking) == [kind] * 3
    told = Notification.objects.filter(kind=kind).latest("pk")
    assert told.data["link"] in told.message
    assert (told.data["amount"], told.data["number"]) == ("1570.00 INR", booking.number)


def test_what_the_customer_confirms_is_held(travel: Travel) -> None:
    booking = dealt_with(with_card(next_week(), "card-asks"))
    payment = rest_of(booking)
    assert (payment.status, booking.payment_status) == ("requires_action", "deposit_paid")

    FakeGateway.holds(str(payment.gateway_ref))
    assert synced(payment).status == "authorized"
    # What is on its way to them is not told any more once it is paid.
    deliver_due("email")
    assert dealt_with(booking).rest_due_at is None
    assert over(booking, travel).payment_status == "paid"

    assert Delivery.objects.get(kind="payment_needs_confirmation", channel="email").last_error == "it is paid"
    assert not OutgoingMessage.objects.filter(kind="payment_needs_confirmation").exists()


def test_an_order_that_the_customer_has_just_opened_is_theirs() -> None:
    booking = with_card(next_week())
    order = order_of(booking, Purpose.REST)

    booking = dealt_with(booking)
    assert (rest_of(booking).pk, booking.rest_tries) == (order.pk, 0)
    assert booking.rest_due_at is not None

    Payment.objects.filter(pk=order.pk).update(created_at=Now() - HOURS)
    booking = dealt_with(booking)
    assert (rest_of(booking).status, synced(order).status) == ("authorized", "cancelled")


@pytest.mark.parametrize("error", [Unavailable("down"), Silent("timed out")], ids=["down", "silent"])
def test_a_gateway_that_fails_costs_no_try_and_holds_nothing_twice(error: Exception) -> None:
    booking = with_card(next_week())
    (FakeGateway.after if isinstance(error, Silent) else FakeGateway.before)["open"] = error

    booking = dealt_with(booking)
    assert (booking.rest_tries, asked(booking)) == (0, [])
    assert booking.rest_due_at is not None
    booking = dealt_with(booking)

    assert (rest_of(booking).status, len(FakeGateway.orders)) == ("authorized", 2)


def test_the_sweep_deals_with_each_that_is_due_once(monkeypatch: pytest.MonkeyPatch) -> None:
    booking = with_card(next_week())
    Booking.objects.update(rest_due_at=Now() + HOURS)
    assert sweep_rests() == 0

    Booking.objects.update(rest_due_at=Now())
    FakeGateway.before["open"] = RuntimeError("a worker dies")
    assert (sweep_rests(), sweep_rests()) == (0, 0)
    # Its lease passes, and the next one finds what it has left.
    Booking.objects.update(rest_due_at=Now())
    GatewayCall.objects.update(due_at=Now())

    assert (sweep_rests(), sweep_rests()) == (1, 0)
    assert rest_of(booking).status == "authorized"


def test_a_hold_is_let_go_when_the_booking_moves_far_ahead() -> None:
    booking = dealt_with(with_card(next_week()))
    held = rest_of(booking)

    reschedule_booking(booking, starts_at=booking.starts_at + 2 * HOURS, actor=by_customer(booking))
    follow_up()
    cancel_at_gateway(PaymentId(held.pk))

    held.refresh_from_db()
    assert (held.status, held.authorized_minor) == ("cancelled", 0)
    assert rest_of(dealt_with(booking)).status == "authorized"
    assert [step.action for step in booking.timeline.order_by("step")][-3:] == ["hold", "reschedule", "hold"]


# Taken


@pytest.mark.parametrize(
    ("card", "status", "told"),
    [("card-good", "paid", []), ("card-bad", "deposit_paid", ["payment_due"])],
    ids=["the card pays", "the card fails"],
)
def test_a_hold_that_has_ended_is_charged_to_the_card(card: str, status: str, told: list[str], travel: Travel) -> None:
    """E170."""
    booking = dealt_with(with_card(next_week()))
    held = rest_of(booking)
    FakeGateway.becomes(str(held.gateway_ref), status=PaymentStatus.CANCELLED, authorized=inr(0))
    FakeGateway.before["capture"] = Refused("gone", "It has expired.")
    SavedCard.objects.update(method_ref=card)

    booking = over(booking, travel)

    assert (booking.status, booking.payment_status, asked(booking)) == ("completed", status, told)
    held.refresh_from_db()
    assert (held.status, held.captured_minor) == ("cancelled", 0)


def test_what_is_paid_by_the_link_after_all_is_earned(travel: Travel) -> None:
    booking = over(next_week(), travel)
    assert (asked(booking), booking.rest_tries) == (["payment_due"], 1)

    paid(booking, Purpose.REST)
    booking = dealt_with(booking)

    assert (booking.payment_status, booking.rest_due_at, asked(booking)) == ("paid", None, ["payment_due"])
    assert books(booking) == {"gateway:fake": 177_000, "revenue": -150_000, "tax": -27_000}


def test_a_crash_while_taking_loses_nothing_and_takes_nothing_twice(travel: Travel) -> None:
    booking = dealt_with(with_card(next_week()))
    FakeGateway.after["capture"] = Silent("timed out")

    booking = over(booking, travel)
    assert (booking.payment_status, booking.rest_due_at is not None) == ("deposit_paid", True)
    booking = dealt_with(booking)

    assert (booking.payment_status, books(booking)["gateway:fake"]) == ("paid", 177_000)


def test_who_does_not_come_pays_what_is_held(travel: Travel) -> None:
    """As of what is done: all of it is kept. Nothing is charged beyond the hold."""
    held, unheld = dealt_with(with_card(next_week())), next_week(name="Carol")
    SavedCard.objects.all().delete()
    for booking in (held, unheld):
        travel(booking.starts_at + HOURS)
        mark_no_show(booking, actor=by_specialist(booking))
    follow_up()

    held, unheld = dealt_with(held), dealt_with(unheld)

    assert books(held) == {"gateway:fake": 177_000, "revenue": -150_000, "tax": -27_000}
    assert (unheld.payment_status, books(unheld)["gateway:fake"], asked(unheld)) == ("deposit_paid", DEPOSIT, [])


@pytest.mark.parametrize(
    ("share", "fee"), [(0, DEPOSIT), (3_000, 53_100), (10_000, 177_000)], ids=["the deposit", "more", "all"]
)
def test_of_what_is_held_a_cancelled_booking_gives_its_fee(share: int, fee: int, travel: Travel) -> None:
    booking = dealt_with(with_card(next_week()))
    held = rest_of(booking)
    Booking.objects.filter(pk=booking.pk).update(policy={**booking.policy, "fee_basis_points": share})
    travel(booking.starts_at - HOURS)

    cancel_booking(booking, actor=by_customer(booking))
    follow_up()
    booking = dealt_with(booking)
    cancel_at_gateway(PaymentId(held.pk))
    held.refresh_from_db()

    assert held.status == ("captured" if share else "cancelled")
    assert (held.captured_minor, held.refunded_minor) == (fee - DEPOSIT, 0)
    assert books(booking)["gateway:fake"] == fee
    assert FakeGateway.orders[str(held.gateway_ref)].status == held.status


def test_what_the_specialist_cancels_lets_the_hold_go_and_gives_all_back(travel: Travel) -> None:
    booking = dealt_with(with_card(next_week()))
    held = rest_of(booking)
    travel(booking.starts_at - HOURS)

    cancel_booking(booking, actor=by_specialist(booking))
    follow_up()
    booking = dealt_with(booking)
    cancel_at_gateway(PaymentId(held.pk))

    held.refresh_from_db()
    assert (held.status, booking.payment_status, books(booking)) == ("cancelled", "refunded", {})


def test_each_date_of_a_series_has_a_deposit_a_hold_and_a_refund_of_its_own(travel: Travel) -> None:
    """E085."""
    made = booked(
        "FREQ=WEEKLY;COUNT=3", of=offered(deposit_minor=DEPOSIT, instant_booking=True), start=at("10:00") + WEEK
    )
    for booking in made.bookings:
        paid(booking)
    first, second, third = bookings_of(made.series)
    assert [(each.status, each.rest_due_at) for each in (first, second, third)] == [
        ("confirmed", each.starts_at - 48 * HOURS) for each in (first, second, third)
    ]
    with_card(first)

    first = dealt_with(first)
    cancel_booking(second, actor=by_customer(second))
    follow_up()
    second.refresh_from_db()

    assert (first.payment_status, rest_of(first).status) == ("deposit_paid", "authorized")
    assert (second.payment_status, books(second), second.rest_due_at) == ("refunded", {}, None)
    assert books(first) == books(third) == {"gateway:fake": DEPOSIT, "customer:deposits": -DEPOSIT}
    assert Refund.objects.get().payment.payable_id == second.pk
    assert over(first, travel).payment_status == "paid"
    assert not Payment.objects.of("booking", third.pk).exclude(purpose=Purpose.DEPOSIT).exists()


def test_a_gateway_that_takes_no_parts_takes_all_and_gives_back_what_is_too_much(
    travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeGateway, "captures_parts", False)
    booking = dealt_with(with_card(next_week()))
    by_points(booking, 5_700)

    over(booking, travel)
    follow_up()

    booking.refresh_from_db()
    assert (books(booking)["gateway:fake"], booking.payment_status) == (DEPOSIT + 100_000, "paid")
