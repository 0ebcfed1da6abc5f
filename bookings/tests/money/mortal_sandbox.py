"""The sandbox as it is reached by workers that may die: the call is made, and nobody is there to hear the answer."""

from collections.abc import Callable
from random import Random
from typing import ClassVar, TypeVar

from common.money import Money
from payments.gateways.base import Order, Seen, SeenRefund
from payments.gateways.sandbox import SandboxGateway

T = TypeVar("T")
PATH = "bookings.tests.money.mortal_sandbox.MortalSandbox"


class Died(BaseException):
    """kill -9: nothing of ours catches it."""


class MortalSandbox(SandboxGateway):
    chance: ClassVar[Random] = Random(0)  # noqa: S311 - of tests
    percent: ClassVar[int] = 0

    def open(self, order: Order, *, key: str) -> Seen:
        return self._survived(lambda: super(MortalSandbox, self).open(order, key=key))

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        return self._survived(lambda: super(MortalSandbox, self).capture(reference, amount, key=key))

    def cancel(self, reference: str, *, key: str) -> Seen:
        return self._survived(lambda: super(MortalSandbox, self).cancel(reference, key=key))

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        return self._survived(lambda: super(MortalSandbox, self).refund(reference, amount, key=key))

    def _survived(self, call: Callable[[], T]) -> T:
        answer = call()
        if self.chance.random() * 100 < self.percent:
            raise Died
        return answer
