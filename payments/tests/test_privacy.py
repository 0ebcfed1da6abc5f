"""What a person takes along of their payments, and what is forgotten."""

import pytest

from accounts.models import User
from common.ids import new_id
from payments.models import Payment, SavedCard
from payments.privacy import erase, export
from payments.services.cards import forget_at_gateway

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    alice = User.objects.create_user("alice@example.com", first_name="Alice")
    Payment.objects.create(
        payable_type="booking",
        payable_id=new_id(),
        payer=alice,
        purpose="deposit",
        gateway="sandbox",
        currency="INR",
        amount_minor=20_000,
        client={"client_secret": "shown to her browser"},
    )
    SavedCard.objects.create(
        user=alice, gateway="sandbox", customer_ref="c1", method_ref="m1", brand="visa", last4="4242"
    )
    return alice


def test_the_export_holds_amounts_and_the_visible_part_of_cards(alice: User) -> None:
    held = export(alice)

    assert [(each["purpose"], each["amount_minor"], each["status"]) for each in held["payments"]] == [
        ("deposit", 20_000, "created")
    ]
    assert [set(card) for card in held["saved_cards"]] == [{"gateway", "brand", "last4", "expires_on"}]
    assert (held["refunds"], held["credit"]) == ([], [])


def test_erasing_forgets_cards_and_keeps_the_books(alice: User) -> None:
    stranger = User.objects.create_user("charlie@example.com")
    SavedCard.objects.create(user=stranger, gateway="sandbox", customer_ref="c2", method_ref="m2")

    erase(alice)

    assert not SavedCard.objects.visible_to(alice).exists()
    assert SavedCard.objects.visible_to(stranger).count() == 1
    forget_at_gateway(SavedCard.objects.get(user=alice).pk)
    assert list(SavedCard.objects.values_list("user", flat=True)) == [stranger.pk]
    kept = Payment.objects.get()
    assert (kept.amount_minor, kept.client) == (20_000, {})
