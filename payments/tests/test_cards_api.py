"""/payments/cards: which cards the platform may charge, and that one may take them back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common.tests.probe.client import client_of, refused
from payments.gateways.base import Unavailable
from payments.models import SavedCard
from payments.selectors import card_to_charge, customer_at
from payments.services.cards import forget_at_gateway
from payments.services.resolving import sweep
from payments.tests.fake_gateway import PATH, FakeGateway

pytestmark = pytest.mark.django_db

CARDS = "/api/v1/payments/cards"


@pytest.fixture(autouse=True)
def fake(settings: Settings) -> None:
    settings.PAYMENT_GATEWAYS = {"fake": PATH}
    FakeGateway.world()


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice")


def saved(user: User, method: str, gateway: str = "fake") -> SavedCard:
    names = {"customer_ref": f"customer of {method}", "method_ref": method}
    card: SavedCard = SavedCard.objects.create(user=user, gateway=gateway, brand="visa", last4="4242", **names)
    return card


def shown(user: User) -> list[dict[str, Any]]:
    answer = client_of(user).get(CARDS)
    assert answer.status_code == 200
    cards: list[dict[str, Any]] = answer.json()["data"]["cards"]
    return cards


def test_one_sees_ones_own_cards_and_nothing_that_could_charge_them(
    alice: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    saved(User.objects.create_user("charlie@example.com"), "theirs")
    reader = client_of(alice)
    for more in (1, 2):
        first = [saved(alice, f"card-{more}-{each}") for each in range(more)]
        with django_assert_num_queries(3):
            cards = reader.get(CARDS).json()["data"]["cards"]
        assert cards[0]["id"] == str(first[-1].pk)

    assert len(cards) == 3
    assert set(cards[0]) == {"id", "gateway", "brand", "last4", "expires_on", "created_at"}


def test_a_card_that_is_forgotten_is_charged_no_more_and_its_gateway_hears_of_it(alice: User) -> None:
    old, new = saved(alice, "card-old"), saved(alice, "card-new")
    charlie = User.objects.create_user("charlie@example.com")
    refused(client_of(charlie).delete(f"{CARDS}/{new.pk}"), 404, "RESOURCE_NOT_FOUND")
    assert card_to_charge(alice) == new

    assert client_of(alice).delete(f"{CARDS}/{new.pk}").status_code == 200
    refused(client_of(alice).delete(f"{CARDS}/{new.pk}"), 404, "RESOURCE_NOT_FOUND")

    assert [card["id"] for card in shown(alice)] == [str(old.pk)]
    assert (card_to_charge(alice), customer_at("fake", alice)) == (old, "customer of card-old")
    for _ in range(2):
        forget_at_gateway(new.pk)
    assert FakeGateway.forgotten == ["card-new"]
    assert list(SavedCard.objects.values_list("pk", flat=True)) == [old.pk]


def test_the_sweep_tells_a_gateway_that_was_down(alice: User) -> None:
    card, elsewhere = saved(alice, "card-1"), saved(alice, "card-2", gateway="gone")
    assert card_to_charge(alice) == card
    SavedCard.objects.update(forgotten_at=Now())
    FakeGateway.before["forget"] = Unavailable("down")
    with pytest.raises(Unavailable):
        forget_at_gateway(card.pk)
    assert (sweep(), FakeGateway.forgotten) == (0, [])

    SavedCard.objects.update(updated_at=Now() - timedelta(minutes=6))
    assert (sweep(), FakeGateway.forgotten) == (1, ["card-1"])
    assert SavedCard.objects.get() == elsewhere
