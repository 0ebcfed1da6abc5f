"""Random journeys of money: whatever people, banks, workers and the network do, three records say the same in the end.

A world is a seed and some twenty bookings that are made, paid, moved, done and called off at a gateway that misbehaves
in every way it can, with workers that die and messages that are lost. A seed that fails prints itself:

    JOURNEYS=7 bin/test --deep --no-gates -n 0 bookings/tests/test_money_journeys.py -k one_seed
"""

import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bookings.services import cancelling, paying
from bookings.services.payable import BookingPayable
from bookings.tests.money.journeys import Proof
from bookings.tests.money.virtual_time import VirtualTime
from catalog.tests.factories import NOW
from common.ids import new_id
from common.money import Money
from payments.gateways import sandbox as gateway
from payments.gateways.base import Refused
from payments.payables import PayableFacts
from payments.sandbox.errors import SandboxError
from payments.services import applying, refund_calls

pytestmark = pytest.mark.django_db

WORLDS, EACH = 100, 20
# Whatever there is to prove something about. Each of these came about, or the journeys prove less than they say.
SEEN = {
    *("pay", "confirm", "reschedule", "start", "complete", "no_show", "cancel", "expire", "revive"),
    *("payment captured", "payment cancelled", "payment failed"),
    *("refund succeeded", "refund rejected"),
    *("given back: surplus", "given back: cancelled", "given back: expired", "given back: asked"),
    *("given back: gateway", "call repeated", "call refused", "taken in part", "forged", "disputed"),
    *("points_used", "credit_used", "credit_returned", "code used", "code given back", "tipped", "paid in cash"),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """What goes wrong goes wrong on purpose, some thousand times."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(autouse=True)
def travel() -> None:
    """Here the clock goes on, and the database's with it."""


@pytest.fixture
def proof(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Proof]:
    time = VirtualTime(NOW)
    yield Proof(time, monkeypatch)
    time.ends()


def test_a_few_journeys_end_with_three_records_that_agree(proof: Proof) -> None:
    """K1, K3, K4, K5, K9, K10, K11."""
    assert proof.travelled(seed=1, count=4) == []


@pytest.mark.deep
@pytest.mark.timeout(3_600)
def test_two_thousand_journeys_end_with_three_records_that_agree(proof: Proof) -> None:
    """K1, K3, K4, K5, K9, K10, K11."""
    wrong = []
    for seed in range(WORLDS):
        for complaint in proof.travelled(seed, EACH):
            print(complaint, flush=True)  # noqa: T201 - so that it is looked at while the others travel on
            wrong.append(complaint)

    print(dict(sorted(proof.seen.items())))  # noqa: T201
    assert wrong == []
    assert set(proof.seen) >= SEEN


@pytest.mark.deep
def test_one_seed(proof: Proof) -> None:
    assert proof.travelled(int(os.environ.get("JOURNEYS", "0")), EACH) == []


# That the comparison sees something


def keep_what_is_too_much(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paying, "_return_surplus", lambda *_: None)
    patch.setattr(applying, "_send_back", lambda _: None)


def take_a_new_key_for_each_try(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(refund_calls, "key_of", lambda refund, attempt: f"refund:{refund.pk}:{new_id()}")


def take_silence_for_a_no(patch: pytest.MonkeyPatch) -> None:
    def ask(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        try:
            return call(*args, **kwargs)
        except SandboxError as error:
            raise Refused("error", "It did not work.") from error

    patch.setattr(gateway, "_ask", ask)


def ask_for_what_the_client_says(patch: pytest.MonkeyPatch) -> None:
    facts = BookingPayable.facts

    def told(self: BookingPayable, payable_id: Any) -> PayableFacts | None:
        known = facts(self, payable_id)
        if known is None:
            return None
        due = {purpose: Money(max(1, each.minor // 2), each.currency) for purpose, each in known.due.items()}
        return PayableFacts(known.payer_id, known.title, due)

    patch.setattr(BookingPayable, "facts", told)


def keep_what_is_paid_for_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(paying, "_give_back", lambda _: None)


def keep_the_time_of_what_is_cancelled(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cancelling, "release", lambda _: None)


# Any of these words tells of it.
SABOTAGE: dict[Callable[[pytest.MonkeyPatch], None], tuple[str, ...]] = {
    keep_what_is_too_much: ("were paid of", "are kept", "INV-15"),
    take_a_new_key_for_each_try: ("gave back",),
    take_silence_for_a_no: ("here and", "no payment of ours", "gateway, rows and ledger"),
    ask_for_what_the_client_says: ("were asked for",),
    keep_what_is_paid_for_nothing: ("are kept",),
    keep_the_time_of_what_is_cancelled: ("time is taken",),
}


@pytest.mark.deep
@pytest.mark.timeout(600)
@pytest.mark.parametrize("sabotage", SABOTAGE, ids=lambda each: str(each.__name__))
def test_what_is_sabotaged_is_found(
    sabotage: Callable[[pytest.MonkeyPatch], None], proof: Proof, monkeypatch: pytest.MonkeyPatch
) -> None:
    sabotage(monkeypatch)

    complaints = (complaint for seed in range(20) for complaint in proof.travelled(seed, EACH))
    assert any(words in complaint for complaint in complaints for words in SABOTAGE[sabotage])
