"""What Dana of the staff does about codes and points."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from common.ids import new_id
from common.models import AuditEntry
from loyalty.models import LoyaltyEntry, PromoCode
from loyalty.services import hold_promo
from loyalty.tests.factories import account_of, balance_of, basket, earned, person, save10

pytestmark = pytest.mark.django_db

# Each model's list, and how many queries it costs.
QUERIES = {"promocode": 5, "promoredemption": 7, "loyaltyaccount": 5, "loyaltyentry": 7}
NEW_CODE = {
    "code": " diwali-25 ",
    "discount_kind": "percentage",
    "percent": "12.5",
    "currency": "inr",
    "minimum": "1000",
    "cap": "500.00",
    "total_limit": "5",
    "valid_from_0": "2026-11-01",
    "valid_from_1": "00:00:00",
    "valid_until_0": "2026-11-16",
    "valid_until_1": "00:00:00",
    "is_active": "on",
    "reason": "The festival",
}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> User:
    dana = person("Dana", is_staff=True)
    dana.user_permissions.set(Permission.objects.filter(content_type__app_label="loyalty"))
    return dana


@pytest.fixture
def desk(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:loyalty_{model}_{page}", args=args)


def something_of_everything(number: int) -> PromoCode:
    alice = person(f"Alice{number}")
    earned(alice, 100, f"booking:{number}")
    promo = save10(code=f"CODE-{number}", total_limit=5)
    hold_promo(promo, basket(200_000), user=alice, has_booked=False, subject_id=new_id())
    return promo


@pytest.mark.parametrize("model", QUERIES)
def test_lists_cost_the_same_whatever_their_length(
    desk: Client, model: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    something_of_everything(1)
    desk.get(url(model, "changelist"))

    with django_assert_num_queries(QUERIES[model]):
        assert desk.get(url(model, "changelist")).status_code == 200
    something_of_everything(2)
    something_of_everything(3)
    with django_assert_num_queries(QUERIES[model]):
        answer = desk.get(url(model, "changelist"))

    assert answer.context["cl"].result_count == 3


def test_every_page_opens_and_filters_by_tier(desk: Client) -> None:
    promo = something_of_everything(1)
    pages = [
        url("promocode", "change", promo.pk),
        url("promocode", "add"),
        url("promocode", "generate"),
        url("promoredemption", "change", promo.redemptions.get().pk),
        url("loyaltyentry", "change", LoyaltyEntry.objects.get().pk),
        url("loyaltyaccount", "change", LoyaltyEntry.objects.get().account_id),
        url("loyaltyaccount", "adjust", LoyaltyEntry.objects.get().account_id),
    ]

    assert [desk.get(page).status_code for page in pages] == [200] * len(pages)
    counts = [
        desk.get(url("loyaltyaccount", "changelist"), {"tier": tier}).context["cl"].result_count
        for tier in ("bronze", "silver", "platinum", "nonsense")
    ]
    assert counts == [1, 0, 0, 1]


def test_how_far_a_code_is_used_is_seen(desk: Client) -> None:
    """O26."""
    something_of_everything(1)

    shown = desk.get(url("promocode", "changelist")).content.decode()

    assert '<meter min="0" max="5" value="1" title="1 of 5"></meter> 1 of 5' in shown


def test_a_code_is_made_in_its_normal_form_and_recorded(desk: Client, dana: User) -> None:
    """O27, with days as the business' clocks cut them."""
    answer = desk.post(url("promocode", "add"), NEW_CODE)

    assert answer.status_code == 302, answer.context["adminform"].form.errors
    promo = PromoCode.objects.get()
    assert (promo.code, promo.currency, promo.minimum_minor, promo.cap_minor) == ("DIWALI-25", "INR", 100_000, 50_000)
    assert str(promo.valid_from) == "2026-10-31 18:30:00+00:00"
    recorded = AuditEntry.objects.get(target_table="loyalty_promocode")
    assert (recorded.actor_id, recorded.reason) == (dana.pk, "The festival")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "SАVE"}, "code"),
        ({"percent": ""}, "percent"),
        ({"amount": "5.00"}, "amount"),
        ({"discount_kind": "fixed", "percent": ""}, "amount"),
        ({"currency": "XXX"}, "currency"),
        ({"minimum": "1.001"}, "minimum"),
        ({"service_ids": "nonsense"}, "service_ids"),
        ({"percent": "101"}, "percent"),
        ({"valid_until_0": "2026-10-01"}, "__all__"),
    ],
)
def test_a_code_that_makes_no_sense_is_not_saved(desk: Client, changes: dict[str, str], field: str) -> None:
    answer = desk.post(url("promocode", "add"), NEW_CODE | changes)

    assert answer.status_code == 200
    assert set(answer.context["adminform"].form.errors) == {field}
    assert not PromoCode.objects.exists()


def test_a_limit_under_use_is_refused_on_the_page(desk: Client) -> None:
    """O28."""
    promo = something_of_everything(1)
    hold_promo(promo, basket(200_000), user=person("Bob"), has_booked=False, subject_id=new_id())
    promo.refresh_from_db()
    sent = {**NEW_CODE, "code": promo.code, "edited_version": promo.updated_at.isoformat(), "cap": ""}

    refused = desk.post(url("promocode", "change", promo.pk), {**sent, "total_limit": "1"})
    saved = desk.post(url("promocode", "change", promo.pk), {**sent, "total_limit": "2"})

    assert set(refused.context["adminform"].form.errors) == {"total_limit"}
    assert saved.status_code == 302
    promo.refresh_from_db()
    assert (promo.total_limit, promo.used_count, promo.cap_minor) == (2, 2, None)


def test_many_codes_are_made_on_one_page(desk: Client) -> None:
    """O27."""
    batch = {**NEW_CODE, "count": "12", "beginning": "fair-", "batch": "Fair"}

    answer = desk.post(url("promocode", "generate"), batch)
    refused = desk.post(url("promocode", "generate"), {**batch, "beginning": "ä", "reason": ""})

    assert answer.status_code == 302
    assert PromoCode.objects.filter(batch="Fair", code__startswith="FAIR-", percent="12.5").count() == 12
    assert set(refused.context["form"].errors) == {"reason"}


def test_points_are_adjusted_once_with_a_reason(desk: Client, dana: User) -> None:
    alice = person()
    earned(alice, 100)
    page = url("loyaltyaccount", "adjust", account_of(alice).pk)
    sent = {"points": "-40", "reason": "Given by mistake", "key": str(new_id())}

    answers = [
        desk.post(page, sent),
        desk.post(page, sent),
        desk.post(page, {**sent, "points": "-61", "key": new_id()}),
    ]
    without = desk.post(page, {**sent, "reason": ""})

    assert [answer.status_code for answer in (*answers, without)] == [302, 302, 200, 200]
    assert answers[2].context["form"].errors == {"points": ["There are 60 points to take from."]}
    assert balance_of(alice) == 60
    recorded = AuditEntry.objects.get(target_table="loyalty_loyaltyentry")
    assert (recorded.actor_id, recorded.reason) == (dana.pk, "Given by mistake")


def test_who_may_only_look_cannot_adjust_or_make_codes(desk: Client, dana: User) -> None:
    alice = person()
    earned(alice, 100)
    dana.user_permissions.set(
        Permission.objects.filter(content_type__app_label="loyalty", codename__startswith="view_")
    )

    answers = [
        desk.post(url("loyaltyaccount", "adjust", account_of(alice).pk), {"points": "5", "reason": "No reason at all"}),
        desk.post(url("promocode", "generate"), {**NEW_CODE, "count": "2", "batch": "Fair"}),
        desk.post(url("promocode", "add"), NEW_CODE),
    ]

    assert [answer.status_code for answer in answers] == [403, 403, 403]
    assert (balance_of(alice), PromoCode.objects.count()) == (100, 0)
