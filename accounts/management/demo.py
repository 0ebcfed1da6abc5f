"""The people of the demo world: three of staff, forty customers, a service, and a crowd when a large one is wanted."""

from datetime import UTC, datetime, time, timedelta
from random import Random

from django.contrib.auth.hashers import make_password

from accounts.enums import ServiceScope
from accounts.management.demo_addresses import addresses_of
from accounts.management.demo_logins import (
    DEMO_CUSTOMER_PASSWORD,
    DEMO_LOGINS,
    DEMO_SERVICE_KEY,
    DEMO_SERVICE_NAME,
    DEMO_SERVICE_SECRET,
)
from accounts.management.demo_people import CUSTOMERS
from accounts.models import Address, ServiceAccount, User
from accounts.roles import StaffRole
from accounts.services import add_key, join
from common.management.demo import DemoWorld

CROWD_PER_SCALE = 1_000
DAYS_OF_HISTORY = 365


def seed(world: DemoWorld) -> None:
    known = set(User.objects.exclude(email=None).values_list("email", flat=True))
    _seed_staff(known)
    _seed_customers(world, known)
    _seed_service()
    if world.scale > 1:
        _seed_crowd(world, known)


def _seed_staff(known: set[str | None]) -> None:
    for login in DEMO_LOGINS:
        if login.email in known:
            continue
        person = User.objects.create_user(
            login.email,
            login.password,
            first_name=login.first_name,
            last_name=login.last_name,
            is_staff=True,
            is_superuser=login.is_superuser,
        )
        join(person, StaffRole(login.role))


def _seed_customers(world: DemoWorld, known: set[str | None]) -> None:
    dice = world.dice("customers")
    people = [_customer(number, world, dice) for number in range(1, len(CUSTOMERS) + 1)]
    missing = [person for person in people if person.email not in known]
    if not missing:
        return
    # One slow hash for all of them: they share the password as well.
    password = make_password(DEMO_CUSTOMER_PASSWORD)
    for person in missing:
        person.password = password
    User.objects.bulk_create(missing)
    numbered = zip(people, range(1, len(people) + 1), [home for _, _, home in CUSTOMERS], strict=True)
    Address.objects.bulk_create(addresses_of([row for row in numbered if row[0].email not in known]))


def _customer(number: int, world: DemoWorld, dice: Random) -> User:
    first_name, last_name, home = CUSTOMERS[number - 1]
    joined = _some_time_ago(world, dice)
    return User(
        email=f"customer{number:02}@almanac.example",
        phone_number=f"{home.phone_prefix}{number:02}" if home.phone_prefix else None,
        # Proven, so that a code to it leads to this account.
        phone_verified_at=joined if home.phone_prefix else None,
        email_verified_at=joined,
        first_name=first_name,
        last_name=last_name,
        language=home.language,
        currency=home.currency,
        timezone=home.timezone,
        created_at=joined,
        updated_at=joined,
    )


def _seed_service() -> None:
    """Everything an appointments API for partners needs, and neither dispatch nor the bot's commands."""
    if ServiceAccount.objects.filter(name=DEMO_SERVICE_NAME).exists():
        return
    service = ServiceAccount.objects.create(
        name=DEMO_SERVICE_NAME,
        owner=User.objects.get(email=DEMO_LOGINS[0].email),
        scopes=[
            ServiceScope.APPOINTMENTS_READ,
            ServiceScope.APPOINTMENTS_WRITE,
            ServiceScope.CLIENTS_REGISTER,
            ServiceScope.ACT_FOR,
        ],
    )
    add_key(service, key=DEMO_SERVICE_KEY, secret=DEMO_SERVICE_SECRET)


def _seed_crowd(world: DemoWorld, known: set[str | None]) -> None:
    dice = world.dice("crowd")
    # They are there to be counted and paged through, not to sign in.
    nobody_signs_in = make_password(None)
    crowd = [_face_in_the_crowd(number, world, dice) for number in range(1, world.scale * CROWD_PER_SCALE + 1)]
    missing = [person for person in crowd if person.email not in known]
    for batch in world.batches("customers", missing):
        for person in batch:
            person.password = nobody_signs_in
        User.objects.bulk_create(batch)


def _face_in_the_crowd(number: int, world: DemoWorld, dice: Random) -> User:
    first_name, _, home = dice.choice(CUSTOMERS)
    _, last_name, _ = dice.choice(CUSTOMERS)
    joined = _some_time_ago(world, dice)
    return User(
        email=f"crowd{number:07}@almanac.example",
        first_name=first_name,
        last_name=last_name,
        language=home.language,
        currency=home.currency,
        timezone=home.timezone,
        created_at=joined,
        updated_at=joined,
    )


def _some_time_ago(world: DemoWorld, dice: Random) -> datetime:
    day = world.today - timedelta(days=dice.randint(1, DAYS_OF_HISTORY))
    return datetime.combine(day, time(dice.randint(4, 16), dice.randint(0, 59)), UTC)
