"""The sandbox tells what happened over HTTP, signed, until it is heard, and misbehaves as it is told."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import time_machine
from pytest_django import Settings

from common import clock
from common.ids import new_id
from common.money import Money
from payments.gateways.base import ForgedWebhook, Order
from payments.gateways.sandbox import SandboxGateway
from payments.sandbox.enums import Card, FaultKind
from payments.sandbox.models import SandboxEvent
from payments.sandbox.services import deliver_due_events, misbehave, pay_with
from payments.tests.servers import Answer, Asked, server

pytestmark = pytest.mark.django_db


@dataclass
class Platform:
    """Who listens: answers with the statuses in turn, and with 200 from then on."""

    statuses: list[int] = field(default_factory=list)
    heard: list[Asked] = field(default_factory=list)

    def answer_to(self, asked: Asked) -> Answer:
        self.heard.append(asked)
        return Answer(self.statuses.pop(0) if self.statuses else 200)

    @property
    def types(self) -> list[str]:
        return [json.loads(asked.body)["type"] for asked in self.heard]


@pytest.fixture
def platform(settings: Settings) -> Iterator[Platform]:
    listening = Platform()
    with server(listening.answer_to) as address:
        settings.SANDBOX_WEBHOOK_URL = f"{address}/api/v1/payments/webhook/sandbox"
        yield listening


def opened(*, captures_later: bool = False) -> str:
    order = Order(new_id(), Money(2_000, "INR"), "A haircut", captures_later=captures_later)
    return SandboxGateway().open(order, key=f"open-{order.payment_id}").reference


def delivered_after(**wait: int) -> int:
    with time_machine.travel(clock.now() + timedelta(**wait), tick=False):
        return deliver_due_events()


def test_a_payment_is_told_of_once_with_a_signature_that_the_gateway_accepts(platform: Platform) -> None:
    reference = opened()
    pay_with(reference, Card.GOOD)

    assert (deliver_due_events(), delivered_after(hours=9)) == (1, 0)

    [asked] = platform.heard
    news = SandboxGateway().read_webhook(asked.body, asked.headers)
    assert (news.type, news.reference, news.is_relevant) == ("order.paid", reference, True)
    assert asked.path == "/api/v1/payments/webhook/sandbox"


def test_a_message_that_is_not_heard_is_sent_again_and_at_last_given_up(platform: Platform) -> None:
    platform.statuses = [500, 302, 404, *[503] * 20]
    pay_with(opened(), Card.GOOD)

    assert [delivered_after(hours=3 * tries) for tries in range(10)] == [1] * 8 + [0, 0]

    assert len({asked.body for asked in platform.heard}) == 1
    assert SandboxEvent.objects.get().delivered_at is None


def test_a_message_that_nobody_hears_waits(settings: Settings) -> None:
    settings.SANDBOX_WEBHOOK_URL = "http://127.0.0.1:1/"
    pay_with(opened(), Card.GOOD)

    assert (deliver_due_events(), deliver_due_events(), delivered_after(seconds=10)) == (1, 0, 1)


def test_doubled_messages_are_the_same_message_twice(platform: Platform) -> None:
    misbehave(FaultKind.DOUBLE, times=1)
    pay_with(opened(), Card.GOOD)

    assert deliver_due_events() == 2

    assert platform.heard[0].body == platform.heard[1].body


def test_lost_messages_never_come(platform: Platform) -> None:
    misbehave(FaultKind.LOSE, times=1)
    pay_with(opened(), Card.GOOD)

    assert (delivered_after(hours=9), platform.heard) == (0, [])


def test_late_messages_come_a_minute_later(platform: Platform) -> None:
    misbehave(FaultKind.DELAY, times=1)
    pay_with(opened(), Card.GOOD)

    assert (delivered_after(seconds=50), delivered_after(seconds=70)) == (0, 1)


def test_a_reordered_message_comes_after_the_one_that_follows_it(platform: Platform) -> None:
    reference, gateway = opened(captures_later=True), SandboxGateway()
    misbehave(FaultKind.REORDER, times=1)
    pay_with(reference, Card.GOOD)
    gateway.capture(reference, Money(2_000, "INR"), key="capture")

    delivered_after(seconds=1)

    assert platform.types == ["order.paid", "order.held"]


def test_a_strangers_message_says_paid_and_is_not_believed(platform: Platform) -> None:
    misbehave(FaultKind.FORGE, times=1)
    platform.statuses = [400]
    pay_with(opened(), Card.DECLINED)

    assert (deliver_due_events(), delivered_after(hours=9)) == (2, 0)

    forged, genuine = platform.heard
    assert platform.types == ["order.paid", "order.declined"]
    assert SandboxGateway().read_webhook(genuine.body, genuine.headers)
    with pytest.raises(ForgedWebhook):
        SandboxGateway().read_webhook(forged.body, forged.headers)
