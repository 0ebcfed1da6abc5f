"""Who may call the routes of payments: see common/tests/access_tables.py."""

from types import SimpleNamespace
from typing import Any

from accounts.models import User
from common.ids import new_id
from common.tests.access_tables import EVERYBODY, PEOPLE, Route, Thing, may, of_its_owner, own, shared
from payments.models import Payment, SavedCard


def a_payment(owner: User) -> Payment:
    facts = {"payable_type": "booking", "payable_id": new_id(), "purpose": "full", "gateway": "sandbox"}
    payment: Payment = Payment.objects.create(payer=owner, currency="INR", amount_minor=100, **facts)
    return payment


def a_card(owner: User) -> SavedCard:
    card: SavedCard = SavedCard.objects.create(
        user=owner, gateway="sandbox", customer_ref="c", method_ref=f"sandbox_visa_{new_id().hex}"
    )
    return card


def a_gateway(_owner: User) -> Any:
    return SimpleNamespace(pk="sandbox")


def no_gateway(_owner: User) -> Any:
    return SimpleNamespace(pk="nobody")


ROUTES: dict[str, Route] = {
    "GET /payments/history": may(PEOPLE),
    "GET /payments/{id}/status": own(PEOPLE, of_its_owner(a_payment)),
    "GET /payments/cards": may(PEOPLE),
    "DELETE /payments/cards/{id}": own(PEOPLE, of_its_owner(a_card)),
    # Open to all, and refused without a gateway's signature.
    "POST /payments/webhook": may(EVERYBODY, answers=400),
    "POST /payments/webhook/{gateway}": shared(EVERYBODY, Thing(a_gateway, no_gateway), answers=400),
}
