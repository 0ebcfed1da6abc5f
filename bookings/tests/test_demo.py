"""The demo world's bookings: the same for everybody, added once, true in every proof, and large when asked for."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Count

from accounts.management.demo import seed as seed_people
from bookings.enums import BookingStatus
from bookings.management.demo import seed
from bookings.management.demo_crowd import EACH, seed_crowd
from bookings.management.invariants import OWN
from bookings.models import Booking, Series, SeriesException, TimelineEntry
from catalog.management.demo import seed as seed_catalog
from catalog.models import Review, Specialist
from catalog.tests.factories import MONDAY, NOW, person, service, specialist
from common.management.demo import DemoWorld
from common.proofs import prove
from loyalty.models import LoyaltyEntry
from loyalty.tests.factories import save10
from payments.models import Payment
from payments.selectors import credit_of

pytestmark = pytest.mark.django_db

SMALL = DemoWorld(scale=1, today=MONDAY)


def seed_all(world: DemoWorld) -> None:
    for each in (seed_people, seed_catalog, seed):
        with transaction.atomic():
            each(world)


def world() -> list[tuple[Any, ...]]:
    facts = ("customer__email", "specialist__user__email", "resource__name", "service__name", "starts_at", "status")
    return list(Booking.objects.order_by(*facts).values_list(*facts, "created_at", "total_minor", "steps"))


def violations() -> list[str]:
    """What the proofs find, but for those that go by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    done = prove(set(OWN) - {"INV-30", "INV-70"})
    return [result["id"] for result in done.results if result["outcome"] != "ok"]


def test_it_holds_what_the_pages_want_to_show() -> None:
    save10()
    seed_all(SMALL)

    hers = Booking.objects.filter(customer__email="customer01@almanac.example")
    asked = Booking.objects.filter(specialist__user__email="specialist01@almanac.example", status="pending")
    assert Booking.objects.count() > 250
    assert {*hers.filter(starts_at__gt=NOW).values_list("status", flat=True)} >= {
        *("pending", "confirmed", "pending_payment", "cancelled")
    }
    assert {*hers.filter(starts_at__lt=NOW).values_list("status", flat=True)} >= {"completed", "cancelled", "no_show"}
    assert set(Booking.objects.values_list("status", flat=True)) == set(BookingStatus.values) - {
        "partner_assigned",
        "in_progress",
    }
    assert asked.filter(starts_at__gt=NOW).exists()
    assert Review.objects.count() > 80
    assert Specialist.objects.filter(rating_count__gt=0).count() > 10
    assert (Series.objects.count(), SeriesException.objects.count()) == (1, 1)
    money = Payment.objects.order_by("gateway", "status", "purpose").values_list("gateway", "status", "purpose")
    assert list(money) == [
        ("cash", "captured", "full"),
        ("sandbox", "authorized", "full"),
        ("sandbox", "captured", "full"),
        ("sandbox", "captured", "tip"),
    ]
    assert {*hers.filter(payment_status="paid").values_list("status", flat=True)} == {"completed"}
    visits = Booking.objects.filter(kind="visit")
    assert {*visits.values_list("status", flat=True)} >= {"pending", "confirmed", "completed", "pending_payment"}
    [ordered] = Booking.objects.filter(preview__isnull=False)
    assert (ordered.discount_minor > 0, ordered.lines.count(), ordered.status) == (True, 2, "pending")
    assert hers.filter(points_minor=500, credit_minor=200, status="confirmed").count() == 1
    assert LoyaltyEntry.objects.filter(kind="earn", source_key__startswith="booking:").count() >= 4
    assert [str(each) for each in credit_of(hers[0].customer_id)] == ["2.00"]
    assert violations() == []


def test_seeding_again_changes_nothing() -> None:
    seed_all(SMALL)
    before = world()

    seed(SMALL)

    assert world() == before


def test_a_large_world_has_a_hundred_bookings_for_each_specialist_of_its_crowd() -> None:
    for number in range(2):
        service(specialist(f"specialist-crowd{number}"))
    for number in range(110):
        person(f"crowd{number:03}")

    seed_crowd(DemoWorld(scale=2, today=MONDAY))
    seed_crowd(DemoWorld(scale=2, today=MONDAY))

    each = Booking.objects.order_by().values("specialist").annotate(count=Count("pk"))
    assert [row["count"] for row in each] == [EACH, EACH]
    assert Booking.objects.values("customer").distinct().count() > 90
    assert TimelineEntry.objects.count() == 2 * EACH * 3
    assert violations() == []
