"""The demo world's catalog: the same for everybody, added once, and large when asked for."""

from typing import Any

import pytest
from django.db import transaction
from django.db.models import Model
from django.test import Client

from catalog.management.demo import seed
from catalog.models import Category, Occupancy, Resource, Service, Specialist, TimeOff
from catalog.tests.factories import MONDAY
from common.management.demo import DemoWorld

pytestmark = pytest.mark.django_db


def world() -> list[tuple[Any, ...]]:
    facts = (
        "owner__user__email",
        "name",
        "category__slug",
        "tier__slug",
        "price_minor",
        "currency",
        "duration_minutes",
    )
    return list(Service.objects.order_by("owner__user__email", "name").values_list(*facts))


def test_it_holds_what_the_pages_want_to_show() -> None:
    seed(DemoWorld(scale=1, today=MONDAY))

    assert Category.objects.count() == 8
    assert (Specialist.objects.count(), Specialist.objects.listed().count()) == (30, 27)
    assert Resource.objects.count() == 12
    assert TimeOff.objects.count() == 10
    assert set(Service.objects.platforms().values_list("tier__name", flat=True)) == {"Minimal", "Exclusive", "E-Lite"}
    assert not Service.objects.filter(price_minor=0).exists()
    catalog = Client().get("/api/v1/services/catalog").json()["data"]["categories"]
    assert set(catalog) == {"Facial", "Waxing", "Hair", "Nail"}


def test_seeding_again_changes_nothing() -> None:
    seed(DemoWorld(scale=1, today=MONDAY))
    before = world()

    seed(DemoWorld(scale=1, today=MONDAY))

    assert world() == before
    assert Specialist.objects.count() == 30


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """All but ids and the moment of seeding, which are new in each database."""
    of_calendar = ("timezone", "step_minutes", "buffer_after_minutes", "capacity", "weekly_hours", "hours_overrides")
    of_specialist = (
        *("user__email", "user__first_name", "user__last_name", "business_name", "description", "specialties"),
        *("experience_years", "currency", "base_rate_minor", "deposit_minor", "response_minutes", "location"),
        *("latitude", "longitude", "rating_sum", "rating_count", "is_verified", "verified_at"),
        *(f"calendar__{name}" for name in of_calendar),
    )
    facts: dict[type[Model], tuple[str, ...]] = {
        Specialist: of_specialist,
        Resource: ("name", "type", "capacity", "location", "amenities", *(f"calendar__{name}" for name in of_calendar)),
        TimeOff: ("calendar__specialist__user__email", "during", "reason"),
        Occupancy: ("calendar__specialist__user__email", "kind", "during"),
    }
    found = {
        model.__name__: sorted(model._default_manager.values_list(*names), key=repr) for model, names in facts.items()
    }
    return {**found, "Service": world()}


def test_two_fresh_databases_hold_the_same_world() -> None:
    worlds = []
    for _ in range(2):
        with transaction.atomic():
            seed(DemoWorld(scale=2, today=MONDAY, shows_progress=False))
            worlds.append(everything())
            transaction.set_rollback(True)

    assert worlds[0] == worlds[1]
    assert not Specialist.objects.exists()


def test_a_large_world_has_a_crowd() -> None:
    seed(DemoWorld(scale=2, today=MONDAY, shows_progress=False))
    seed(DemoWorld(scale=2, today=MONDAY, shows_progress=False))

    assert Specialist.objects.count() == 230
    assert Specialist.objects.exclude(user__groups__name="Specialists").count() == 0
