"""A code is held with its booking, used or given back, and its last use goes to one."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from common import clock
from common.errors import ValidationFailed
from common.ids import new_id
from common.tests.threads import in_threads
from loyalty.enums import RedemptionState
from loyalty.errors import AnotherPromoApplied, PromoExhausted, PromoRefused, PromoUnknown
from loyalty.models import PromoCode, PromoRedemption
from loyalty.privacy import erase
from loyalty.selectors import find_promo
from loyalty.services import generate_promos, hold_promo, quote_promo, release_promo, save_promo, use_promo
from loyalty.tests.factories import basket, person, save10

pytestmark = pytest.mark.django_db

PHONE = "+919876543210"


@pytest.fixture
def alice() -> User:
    return person()


def held(promo: PromoCode, user: User, subject_id: object = None, subtotal: int = 200_000) -> PromoRedemption:
    return hold_promo(
        promo,
        basket(subtotal),
        user=user,
        has_booked=False,
        subject_id=subject_id or new_id(),  # type: ignore[arg-type]  # an id
    )


def used_count(promo: PromoCode) -> int:
    return PromoCode.objects.get(pk=promo.pk).used_count


def test_a_code_is_held_used_and_given_back_once(alice: User) -> None:
    """U28 and INV-59."""
    promo, booking = save10(), new_id()

    redemption = held(promo, alice, booking)
    again = held(promo, alice, booking)
    used = [use_promo(booking), use_promo(booking)]
    released = [release_promo(booking), release_promo(booking)]

    assert (again.pk, redemption.discount_minor) == (redemption.pk, 20_000)
    assert [each.state for each in used if each] == [RedemptionState.USED] * 2
    assert (released, used_count(promo)) == ([True, False], 0)
    assert use_promo(booking) is None


def test_what_was_given_back_can_be_held_anew(alice: User) -> None:
    promo, booking = save10(total_limit=1), new_id()
    held(promo, alice, booking)
    release_promo(booking)

    held(promo, alice, booking)

    assert (used_count(promo), PromoRedemption.objects.of(booking).count()) == (1, 2)


def test_a_booking_takes_one_code(alice: User) -> None:
    """INV-61."""
    first, second, booking = save10(), save10(code="OTHER"), new_id()
    held(first, alice, booking)

    with pytest.raises(AnotherPromoApplied):
        held(second, alice, booking)
    with pytest.raises(IntegrityError, match="one_promo_code"), transaction.atomic():
        PromoRedemption.objects.create(
            promo=second, user=alice, subject_id=booking, currency="INR", subtotal_minor=1, discount_minor=0
        )

    assert used_count(second) == 0


def test_a_person_uses_a_code_as_often_as_it_says(alice: User) -> None:
    """INV-60."""
    promo, booking = save10(per_user_limit=1), new_id()
    held(promo, alice, booking)

    with pytest.raises(PromoRefused) as refused:
        held(promo, alice)
    release_promo(booking)
    held(promo, alice)
    held(promo, person("Charlie"))

    assert (refused.value.details[0].code, used_count(promo)) == ("PROMO_USED", 2)


def test_a_second_account_with_the_same_verified_phone_is_the_same_person(alice: User) -> None:
    """E132."""
    promo = save10(per_user_limit=1)
    User.objects.filter(pk=alice.pk).update(phone_number=PHONE, phone_verified_at=clock.now())
    alice.refresh_from_db()
    held(promo, alice)
    User.objects.filter(pk=alice.pk).update(phone_number=None)
    twin = person("Twin", phone_number=PHONE)

    held(save10(code="CLAIMED", per_user_limit=1), twin)
    twin.phone_verified_at = clock.now()
    with pytest.raises(PromoRefused):
        held(promo, twin)
    erase(alice)

    assert PromoRedemption.objects.get(promo=promo).phone_hash == ""


def test_a_code_that_does_not_fit_holds_nothing(alice: User) -> None:
    promo = save10()
    over = save10(code="OVER", valid_until=clock.now() - timedelta(seconds=1))

    with pytest.raises(PromoRefused):
        held(promo, alice, subtotal=99_999)
    with pytest.raises(PromoUnknown):
        held(over, alice)
    with pytest.raises(PromoUnknown):
        quote_promo("NEVER-WAS", basket(200_000), user=alice, has_booked=False)

    assert (used_count(promo), PromoRedemption.objects.count()) == (0, 0)
    assert quote_promo(" save10 ", basket(200_000), user=alice, has_booked=False)[1].minor == 20_000
    assert find_promo("SAVE 10") == promo


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [10, pytest.param(100, marks=pytest.mark.deep)])
def test_the_last_use_of_a_code_goes_to_one_of_many(count: int) -> None:
    """U27, E133 and A107."""
    promo = save10(total_limit=1)
    people = [person(f"user{number}") for number in range(count)]
    queue = iter(people)

    def take() -> str:
        try:
            held(promo, next(queue))
        except PromoExhausted:
            return "exhausted"
        return "held"

    assert sorted(in_threads(count, take)) == ["exhausted"] * (count - 1) + ["held"]
    assert (used_count(promo), PromoRedemption.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_one_person_many_times_at_once_uses_a_code_once() -> None:
    """A107."""
    promo, alice = save10(per_user_limit=1), person()

    def take() -> str:
        try:
            held(promo, alice)
        except PromoRefused:
            return "refused"
        return "held"

    assert sorted(in_threads(4, take)) == ["held"] + ["refused"] * 3
    assert used_count(promo) == 1


# The desk


def test_a_limit_cannot_be_lowered_under_what_is_used(alice: User) -> None:
    """O28."""
    promo = save10(total_limit=5, per_user_limit=5)
    held(promo, alice)
    held(promo, alice)

    for changes in ({"total_limit": 1}, {"per_user_limit": 1}):
        edited = PromoCode.objects.get(pk=promo.pk)
        for name, value in changes.items():
            setattr(edited, name, value)
        with pytest.raises(ValidationFailed) as refused:
            save_promo(edited, actor=alice)
        assert refused.value.details[0].field in changes
    with pytest.raises(IntegrityError, match="within_its_limit"), transaction.atomic():
        PromoCode.objects.filter(pk=promo.pk).update(total_limit=1)


def test_saving_an_edited_code_leaves_its_counter_alone(alice: User) -> None:
    promo = save10()
    edited = PromoCode.objects.get(pk=promo.pk)
    held(promo, alice)

    edited.description = "Spring"
    save_promo(edited, actor=alice)

    assert used_count(promo) == 1


def test_many_codes_are_made_with_the_same_terms_and_other_names(alice: User) -> None:
    """O27."""
    model = PromoCode(discount_kind="fixed", amount_minor=5_000, currency="INR", total_limit=1, batch="Fair")

    made = generate_promos(model, count=25, beginning="fair-", actor=alice, reason="The fair")

    codes = set(PromoCode.objects.filter(batch="Fair", amount_minor=5_000).values_list("code", flat=True))
    assert codes == {promo.code for promo in made}
    assert len(codes) == 25
    assert all(code.startswith("FAIR-") and len(code) == 13 for code in codes)
    for beginning, count in (("sm ä", 1), ("", 0), ("", 5_001)):
        with pytest.raises(ValidationFailed):
            generate_promos(model, count=count, beginning=beginning, actor=alice)
