"""What is kept of a person is exported, and what is left after erasing names nobody."""

import pytest

from common.ids import new_id
from common.personal_data import export_person
from loyalty.models import LoyaltyEntry, PromoRedemption
from loyalty.privacy import erase
from loyalty.services import hold_promo
from loyalty.tests.factories import basket, earned, person, save10

pytestmark = pytest.mark.django_db


def test_ones_own_points_and_codes_are_exported() -> None:
    alice, charlie = person(), person("Charlie")
    booking = new_id()
    earned(alice, 15)
    earned(charlie, 99, "booking:2")
    hold_promo(save10(), basket(200_000), user=alice, has_booked=False, subject_id=booking)

    kept = export_person(alice)["loyalty"]

    assert [account["balance"] for account in kept["points"]] == [15]
    assert [entry["points"] for entry in kept["entries"]] == [15]
    assert [(code["promo__code"], code["subject_id"]) for code in kept["promo_codes"]] == [("SAVE10", str(booking))]


def test_the_books_stay_and_the_phone_goes() -> None:
    alice, charlie = person(), person("Charlie")
    earned(alice, 15)
    promo = save10()
    for user in (alice, charlie):
        hold_promo(promo, basket(200_000), user=user, has_booked=False, subject_id=new_id())
    PromoRedemption.objects.update(phone_hash="aa")

    erase(alice)

    assert [each.phone_hash for each in PromoRedemption.objects.order_by("id")] == ["", "aa"]
    assert LoyaltyEntry.objects.filter(account__user=alice).count() == 1
