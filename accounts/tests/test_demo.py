"""The demo world: the same for everybody, added once, never in production."""

from datetime import UTC, datetime
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.management.demo_logins import DEMO_SERVICE_KEY, DEMO_SERVICE_SECRET
from accounts.models import Address, ServiceKey, User
from accounts.selectors import find_service_key, person_to_act_for
from accounts.services import signing_secret
from common.errors import PermissionDenied
from common.management.demo import BATCH, DemoWorld

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people_only(settings: Settings) -> None:
    """What upper floors add, specialists among it, is theirs to test."""
    settings.DEMO_SEEDERS = ["accounts.management.demo.seed"]


def seed(**options: Any) -> str:
    said = StringIO()
    call_command("seed_demo", stdout=said, **options)
    return said.getvalue()


def world_of_people() -> list[tuple[Any, ...]]:
    fields = ("email", "phone_number", "first_name", "last_name", "language", "currency", "timezone", "created_at")
    return list(User.objects.exclude(is_staff=True).order_by("email").values_list(*fields))


def test_staff_can_sign_in_with_the_printed_logins() -> None:
    seed()

    staff = {person.email: person for person in User.objects.filter(is_staff=True)}
    assert set(staff) == {"admin@almanac.example", "support@almanac.example", "finance@almanac.example"}
    assert staff["admin@almanac.example"].check_password("demo-admin")
    assert staff["support@almanac.example"].check_password("demo-support")
    assert staff["finance@almanac.example"].check_password("demo-finance")
    assert [person.email for person in staff.values() if person.is_superuser] == ["admin@almanac.example"]


def test_customers_are_many_and_reachable_and_share_one_password() -> None:
    seed()

    customers = User.objects.filter(is_staff=False)
    assert customers.count() == 40
    assert customers.values("password").distinct().count() == 1
    assert customers[0].check_password("demo-customer")
    assert customers.values("currency").distinct().count() == 8
    assert all(person.phone_number.is_valid() for person in customers if person.phone_number)
    assert customers.exclude(phone_number=None).count() == 29


def test_customers_in_the_cities_that_are_served_have_addresses_and_staff_have_roles() -> None:
    seed()

    served = User.objects.filter(addresses__is_default=True)
    assert served.count() == served.distinct().count() == 22
    assert set(Address.objects.values_list("city", flat=True)) == {"New Delhi", "Bengaluru", "Chennai"}
    assert Address.objects.filter(is_default=False).count() == 7
    assert dict(User.objects.filter(is_staff=True).values_list("email", "group_names")) == {
        "admin@almanac.example": ["Super admin"],
        "support@almanac.example": ["Support"],
        "finance@almanac.example": ["Finance"],
    }


def test_a_second_call_adds_and_changes_nothing(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.DEMO_SEEDERS = ["accounts.management.demo.seed"]
    seed()
    before = list(User.objects.order_by("pk").values())

    # A savepoint, the questions who is there already and whether the service is, and the savepoint's release.
    with django_assert_num_queries(4):
        seed()

    assert list(User.objects.order_by("pk").values()) == before


def test_what_somebody_deleted_in_part_is_completed() -> None:
    seed()
    before = world_of_people()
    User.objects.filter(email__in=["customer07@almanac.example", "finance@almanac.example"]).delete()

    seed()

    assert world_of_people() == before
    assert User.objects.filter(is_staff=True).count() == 3


def test_it_is_the_same_world_on_every_machine_on_the_same_day() -> None:
    with time_machine.travel(datetime(2024, 1, 20, 8, tzinfo=UTC)):
        seed()
    before = world_of_people()
    User.objects.all().delete()

    with time_machine.travel(datetime(2024, 1, 20, 17, tzinfo=UTC)):
        seed()

    assert world_of_people() == before


def test_its_service_calls_with_the_printed_key_for_customers_and_not_for_staff() -> None:
    seed()
    customer, admin = (User.objects.get(email=f"{name}@almanac.example") for name in ("customer01", "admin"))

    [key] = ServiceKey.objects.live()
    assert find_service_key(DEMO_SERVICE_KEY) == key
    assert signing_secret(key) == DEMO_SERVICE_SECRET
    assert set(key.service.scopes) == {"appointments:read", "appointments:write", "clients:register", "act_for"}
    assert person_to_act_for(customer.pk) == customer
    with pytest.raises(PermissionDenied):
        person_to_act_for(admin.pk)


def test_nobody_joined_in_the_future() -> None:
    with time_machine.travel(datetime(2024, 1, 20, 0, 1, tzinfo=UTC)):
        seed()

    assert not User.objects.filter(is_staff=False, created_at__gte=datetime(2024, 1, 20, tzinfo=UTC)).exists()


def test_a_large_world_grows_by_thousands_and_only_once() -> None:
    seed(scale=2)
    assert User.objects.count() == 2_043

    seed(scale=2)
    assert User.objects.count() == 2_043

    seed(scale=3)
    assert User.objects.count() == 3_043
    assert not User.objects.get(email="crowd0000001@almanac.example").has_usable_password()


@pytest.mark.parametrize("scale", [0, -1, 1_001])
def test_a_scale_that_makes_no_sense_is_refused(scale: int) -> None:
    with pytest.raises(CommandError, match="from 1 to 1000"):
        seed(scale=scale)

    assert not User.objects.exists()


def test_production_is_refused(settings: Settings) -> None:
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="production never gets it"):
        seed()

    assert not User.objects.exists()


def test_progress_is_shown_on_a_terminal_only(capsys: pytest.CaptureFixture[str]) -> None:
    day = datetime(2024, 1, 20, tzinfo=UTC).date()

    quiet = list(DemoWorld(scale=2, today=day, shows_progress=False).batches("rows", range(BATCH + 1)))
    assert capsys.readouterr().out == ""
    shown = list(DemoWorld(scale=2, today=day, shows_progress=True).batches("rows", range(BATCH + 1)))

    assert quiet == shown == [range(BATCH), range(BATCH, BATCH + 1)]
    assert capsys.readouterr().out.endswith("1,001 of 1,001\n")
