"""Calls that go wrong on command: what the platform hears, and what happened all the same."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from common.ids import new_id
from common.money import Money
from payments.enums import PaymentStatus
from payments.gateways.base import Order, Refused, Seen, Silent
from payments.gateways.sandbox import SandboxGateway
from payments.sandbox.enums import Card, FaultKind
from payments.sandbox.models import SandboxFault, SandboxOrder, SandboxRefund
from payments.sandbox.services import misbehave

pytestmark = pytest.mark.django_db
GATEWAY = SandboxGateway()
PRICE = Money(2_000, "INR")


def charged(key: str = "open", **what: object) -> Seen:
    return GATEWAY.open(Order(new_id(), PRICE, "A haircut", method_ref=Card.GOOD, **what), key=key)  # type: ignore[arg-type]


def sandbox(*words: str) -> str:
    out = StringIO()
    call_command("sandbox", *words, stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize("kind", [FaultKind.TIME_OUT, FaultKind.NONSENSE])
def test_what_was_done_before_the_silence_is_found_and_not_done_again(kind: FaultKind) -> None:
    order = Order(new_id(), PRICE, "A haircut", method_ref=Card.GOOD)
    misbehave(kind, times=1)

    with pytest.raises(Silent):
        GATEWAY.open(order, key="open")
    found, again = GATEWAY.find(order.payment_id), GATEWAY.open(order, key="open")

    assert found is not None
    assert (found.reference, found.status) == (again.reference, PaymentStatus.CAPTURED)
    assert SandboxOrder.objects.count() == 1


def test_a_refund_in_silence_is_given_once() -> None:
    reference = charged().reference
    misbehave(FaultKind.TIME_OUT, times=2, verb="refund")

    for _ in range(2):
        with pytest.raises(Silent):
            GATEWAY.refund(reference, Money(500, "INR"), key="refund")

    assert [(each.key, each.amount.minor) for each in GATEWAY.fetch(reference).refunds] == [("refund", 500)]
    assert GATEWAY.refund(reference, Money(500, "INR"), key="refund").amount.minor == 500
    assert SandboxRefund.objects.count() == 1


def test_a_broken_sandbox_says_as_little_and_did_nothing() -> None:
    misbehave(FaultKind.ERROR, times=1)

    with pytest.raises(Silent):
        charged()

    assert not SandboxOrder.objects.exists()
    assert charged().status == PaymentStatus.CAPTURED


def test_the_same_key_for_something_else_is_refused() -> None:
    reference = charged().reference
    GATEWAY.refund(reference, Money(500, "INR"), key="refund")

    with pytest.raises(Refused):
        charged()
    with pytest.raises(Refused):
        GATEWAY.refund(reference, Money(501, "INR"), key="refund")


def test_a_saved_card_is_charged_without_the_customer_and_fails_for_good() -> None:
    first = charged(saves_card=True)
    assert first.card is not None
    assert (first.card.last4, first.card.brand) == ("4242", "visa")

    again = GATEWAY.open(Order(new_id(), PRICE, "The rest", saved_card=first.card), key="rest")
    assert again.status == PaymentStatus.CAPTURED

    for method, status in ((Card.DECLINED, PaymentStatus.FAILED), (Card.ASKS, PaymentStatus.REQUIRES_ACTION)):
        card = type(first.card)(first.card.customer_ref, f"{method}_1")
        seen = GATEWAY.open(Order(new_id(), PRICE, "The rest", saved_card=card), key=f"rest-{method}")
        assert (seen.status, seen.captured.minor) == (status, 0)


def test_cards_are_known_by_a_word_and_nothing_else_is_a_card() -> None:
    paid = GATEWAY.open(Order(new_id(), PRICE, "A haircut", method_ref="pm_card_visa"), key="elsewhere")
    assert paid.status == PaymentStatus.CAPTURED

    saved = [charged(key=f"saved-{n}", saves_card=True).card for n in range(2)]
    assert saved[0] != saved[1]

    order = Order(new_id(), PRICE, "A haircut", method_ref="4242424242424242")
    with pytest.raises(Refused):
        GATEWAY.open(order, key="number")
    assert GATEWAY.find(order.payment_id) is None


def test_an_order_without_saving_keeps_no_card() -> None:
    assert charged().card is None


def test_the_command_asks_for_faults_lists_them_and_ends_them() -> None:
    assert sandbox("list") == "The sandbox behaves."
    assert sandbox("time_out", "--times", "3", "--verb", "refund") == "time_out, 3 more times, in 100 of 100 cases"
    assert sandbox("lose", "--times", "0", "--percent", "5").count("\n") == 1
    assert sandbox("behave") == "The sandbox behaves."
    assert not SandboxFault.objects.exists()
    for words in (("lose", "--percent", "0"), ("lose", "--times", "-1"), ("dispute", "--order", "sbo_none")):
        with pytest.raises(CommandError):
            sandbox(*words)


def test_where_there_is_no_sandbox_nothing_can_be_asked_of_it(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {}

    with pytest.raises(CommandError):
        sandbox("lose")
    assert not SandboxFault.objects.exists()


def test_an_address_that_is_too_long_is_refused() -> None:
    with pytest.raises(Refused):
        charged(return_url="https://shop.example/" + "x" * 1_000)


def test_a_disputed_order_is_seen_as_disputed() -> None:
    reference = charged().reference

    sandbox("dispute", "--order", reference, "--amount", "700")

    assert GATEWAY.fetch(reference).disputed == Money(700, "INR")
