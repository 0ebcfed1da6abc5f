"""The platform's side of the sandbox: a narrow client of `payments.sandbox`, as wary of it as of any other gateway."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from common import clock
from common.money import Money
from common.strict_json import StrictJSONError, loads
from common.walltime import day_range
from payments.enums import PaymentStatus, RefundStatus
from payments.gateways import answers
from payments.gateways.base import Card, ForgedWebhook, Listed, News, Order, PayPage, Refused, Seen, SeenRefund, Silent
from payments.sandbox import services as sandbox
from payments.sandbox.errors import SandboxError, SandboxRefused
from payments.signatures import BadSignature, require_stripe_signature

HEADER = "sandbox-signature"
STATUSES = {
    "waiting": PaymentStatus.PENDING,
    "needs_authentication": PaymentStatus.REQUIRES_ACTION,
    "held": PaymentStatus.AUTHORIZED,
    "paid": PaymentStatus.CAPTURED,
    "declined": PaymentStatus.FAILED,
    "cancelled": PaymentStatus.CANCELLED,
}


class SandboxGateway:
    name: ClassVar[str] = "sandbox"
    remembers: ClassVar[bool] = True
    captures_parts: ClassVar[bool] = True
    saves_cards: ClassVar[bool] = True

    def open(self, order: Order, *, key: str) -> Seen:
        saved = order.saved_card
        said = _ask(
            sandbox.open_order,
            key=key,
            payment_id=order.payment_id,
            amount=order.amount,
            description=order.description,
            captures_later=order.captures_later,
            saves_card=order.saves_card,
            card=saved.method_ref if saved else order.method_ref,
            is_unattended=saved is not None,
            customer=order.customer_ref,
            return_url=order.return_url,
        )
        seen = _seen(said)
        answers.same_money(seen.amount, order.amount)
        answers.same_reference(said, str(order.payment_id), "payment_id")
        return seen

    def fetch(self, reference: str) -> Seen:
        return _seen_of(reference, _ask(sandbox.fetch_order, reference))

    def find(self, payment_id: UUID) -> Seen | None:
        said = _ask(sandbox.find_order, payment_id)
        if said is None:
            return None
        answers.same_reference(answers.answer(said), str(payment_id), "payment_id")
        return _seen(said)

    def capture(self, reference: str, amount: Money, *, key: str) -> Seen:
        return _seen_of(reference, _ask(sandbox.capture_order, reference, amount, key=key))

    def cancel(self, reference: str, *, key: str) -> Seen:
        return _seen_of(reference, _ask(sandbox.cancel_order, reference))

    def refund(self, reference: str, amount: Money, *, key: str) -> SeenRefund:
        said = answers.answer(_ask(sandbox.refund_order, reference, amount, key=key))
        answers.same_reference(said, reference, "order")
        seen = _seen_refund(said, answers.word(said, "currency"))
        answers.same_money(seen.amount, amount)
        return seen

    def pay_page(self, client: Mapping[str, Any], *, title: str, back: str) -> PayPage | None:
        return PayPage(client["next_url"]) if client.get("next_url") else None

    def forget_card(self, card: Card) -> None:
        _ask(sandbox.forget_card, card.method_ref)

    def confirms(self, reference: str, charge_ref: str, signature: str) -> bool:
        return False

    def read_webhook(self, body: bytes, headers: Mapping[str, str]) -> News:
        said = verified(body, headers.get(HEADER, ""), settings.SANDBOX_WEBHOOK_SECRETS)
        order = said.get("order")
        if not isinstance(order, dict):
            raise ForgedWebhook
        event_id, type_, reference = said.get("id"), said.get("type"), order.get("id")
        if not isinstance(event_id, str) or not isinstance(type_, str) or not isinstance(reference, str):
            raise ForgedWebhook
        return News(
            event_id[:120], type_[:80], reference[: answers.LONGEST_REFERENCE], is_relevant=type_.startswith("order.")
        )

    def list_day(self, day: date, zone: ZoneInfo) -> Iterator[Listed]:
        time = day_range(day, zone)
        lines = _ask(sandbox.list_lines, time.start, time.end)
        if not isinstance(lines, list):
            raise Silent("the list is none")
        for line in map(answers.answer, lines):
            currency = answers.word(line, "currency")
            amount = line.get("amount")
            yield Listed(
                reference=answers.reference(line, "order"),
                charge_ref=answers.reference(line, "charge"),
                amount=answers.money(amount if type(amount) is int else 10**18, currency),
                fee=answers.money(answers.whole(line, "fee"), currency),
                day=day,
                refund_ref=answers.text(line, "refund"),
            )


def verified(body: bytes, header: str, secrets: list[str]) -> Mapping[str, Any]:
    """The JSON object that was signed. What is signed and no object was signed by nobody who speaks for a gateway."""
    try:
        require_stripe_signature(body, header, secrets=secrets, now=int(clock.now().timestamp()))
        said = loads(body)
    except (BadSignature, StrictJSONError) as error:
        raise ForgedWebhook from error
    if not isinstance(said, dict):
        raise ForgedWebhook
    return said


def _ask(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    try:
        return call(*args, **kwargs)
    except SandboxRefused as refused:
        raise Refused(refused.code, refused.message) from refused
    except SandboxError as error:
        # A 500 says as little as no answer does: both may come after the money moved.
        raise Silent(type(error).__name__) from error


def _seen_of(reference: str, said: Any) -> Seen:
    answers.same_reference(answers.answer(said), reference)
    return _seen(said)


def _seen(value: Any) -> Seen:
    said = answers.answer(value)
    reference, currency = answers.reference(said), answers.word(said, "currency")
    status = STATUSES.get(answers.word(said, "status"))
    if status is None:
        raise Silent("the answer has a status that nobody knows")
    failure, disputed = answers.part(said, "failure"), answers.whole(said, "disputed")
    return Seen(
        reference=reference,
        status=status,
        amount=answers.money(answers.whole(said, "amount"), currency),
        authorized=answers.money(answers.whole(said, "held"), currency),
        captured=answers.money(answers.whole(said, "paid"), currency),
        charge_ref=answers.text(said, "charge"),
        payment_id=answers.text(said, "payment_id"),
        refunds=[_seen_refund(refund, currency) for refund in answers.parts(said, "refunds")],
        disputed=answers.money(disputed, currency) if disputed else None,
        fee=answers.money(answers.whole(said, "fee"), currency),
        card=_card(answers.part(said, "card")),
        failure_code=answers.text(failure, "code", longest=60),
        failure_message=answers.text(failure, "message"),
        client={"next_url": f"{settings.PUBLIC_URL}/sandbox/pay/{reference}"},
    )


def _seen_refund(said: Mapping[str, Any], currency: str) -> SeenRefund:
    if answers.word(said, "status") != "succeeded":
        raise Silent("the refund has a status that nobody knows")
    amount = answers.money(answers.whole(said, "amount"), currency)
    return SeenRefund(answers.reference(said), amount, RefundStatus.SUCCEEDED, answers.text(said, "key"))


def _card(said: Mapping[str, Any]) -> Card | None:
    if not said:
        return None
    last4 = answers.text(said, "last4", longest=4)
    return Card(answers.reference(said, "customer"), answers.reference(said, "method"), "visa", last4, _expiry(said))


def _expiry(said: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(answers.text(said, "expires_on", longest=10))
    except ValueError:
        return None
