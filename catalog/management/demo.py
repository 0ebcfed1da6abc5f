"""The catalog of the demo world: home services in tiers, thirty specialists with hours and time off, rooms."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.utils.text import slugify

from accounts.enums import Role
from accounts.management.demo_logins import DEMO_CUSTOMER_PASSWORD
from accounts.models import User
from catalog.hours import DAYS
from catalog.management.demo_offers import (
    CATEGORIES,
    PLACES,
    RESOURCES,
    SPECIALISTS,
    TIERS,
    DemoCategory,
    DemoPlace,
    DemoService,
)
from catalog.models import Calendar, Category, Resource, Service, Specialist, Tier
from catalog.selectors.catalog_version import renew_after_commit
from catalog.services.time_off import take_time_off
from common.management.demo import DemoWorld
from common.money import round_half_up
from common.walltime import day_range

CROWD_PER_SCALE = 100
# The last few wait for somebody of the staff to look at their papers.
UNVERIFIED = 3
DAYS_OF_HISTORY = 365


def seed(world: DemoWorld) -> None:
    if Category.objects.filter(slug=slugify(CATEGORIES[0].name)).exists():
        categories = list(Category.objects.filter(slug__in=[slugify(each.name) for each in CATEGORIES]))
    else:
        categories = _seed_categories()
        _seed_platform_services(categories)
        _seed_specialists(world, categories)
        _seed_resources()
        renew_after_commit()
    if world.scale > 1:
        _seed_crowd(world, categories)


def _seed_categories() -> list[Category]:
    return Category.objects.bulk_create(
        Category(
            name=each.name, slug=slugify(each.name), icon=each.icon, description=each.description, position=position
        )
        for position, each in enumerate(CATEGORIES)
    )


def _seed_platform_services(categories: list[Category]) -> None:
    tiers = Tier.objects.bulk_create(
        Tier(name=name, slug=slugify(name), position=position) for position, (name, _) in enumerate(TIERS)
    )
    Service.objects.bulk_create(
        _platform_service(offered, category, tier, percent)
        for told, category in zip(CATEGORIES, categories, strict=True)
        if told.is_platforms
        for offered in told.services
        for tier, (_, percent) in zip(tiers, TIERS, strict=True)
    )


def _platform_service(offered: DemoService, category: Category, tier: Tier, percent: int) -> Service:
    price_minor = offered.price_minor * percent // 100
    return Service(
        name=f"{offered.name} - {tier.name}",
        category=category,
        tier=tier,
        description=f"{offered.name} at your home, {tier.name.lower()} line.",
        duration_minutes=offered.minutes,
        price_minor=price_minor,
        market_price_minor=price_minor * 6 // 5,
    )


def _seed_specialists(world: DemoWorld, categories: list[Category]) -> None:
    dice = world.dice("specialists")
    # One slow hash for all of them: they share the password with the customers.
    password = make_password(DEMO_CUSTOMER_PASSWORD)
    people = [
        _user(
            f"specialist{number:02}@almanac.example",
            name,
            PLACES[number % len(PLACES)],
            password=password,
            joined=_some_time_ago(world, dice),
        )
        for number, name in enumerate(SPECIALISTS, start=1)
    ]
    made = _bulk_specialists(people, categories, dice)
    waiting = [each.pk for each in made[-UNVERIFIED:]]
    Specialist.objects.filter(pk__in=waiting).update(is_verified=False, verified_at=None)
    for number, specialist in enumerate(made[::3]):
        day = day_range(world.today + timedelta(days=7 + number), specialist.calendar.zone)
        take_time_off(specialist.calendar, day, reason="A day off", actor=specialist.user)


def _seed_resources() -> None:
    for name, kind, capacity, location, amenities, start, end in RESOURCES:
        calendar = Calendar.objects.create(weekly_hours=_week(start, end, DAYS))
        Resource.objects.create(
            name=name, type=kind, capacity=capacity, location=location, amenities=list(amenities), calendar=calendar
        )


def _seed_crowd(world: DemoWorld, categories: list[Category]) -> None:
    dice = world.dice("crowd of specialists")
    nobody_signs_in = make_password(None)
    known = set(User.objects.filter(email__startswith="specialist-crowd").values_list("email", flat=True))
    people = [
        _user(
            f"specialist-crowd{number:06}@almanac.example",
            dice.choice(SPECIALISTS),
            dice.choice(PLACES),
            password=nobody_signs_in,
            joined=_some_time_ago(world, dice),
        )
        for number in range(1, world.scale * CROWD_PER_SCALE + 1)
    ]
    missing = [person for person in people if person.email not in known]
    for batch in world.batches("specialists", missing):
        _bulk_specialists(list(batch), categories, dice)


def _some_time_ago(world: DemoWorld, dice: Random) -> datetime:
    return datetime.combine(world.today - timedelta(days=dice.randint(30, DAYS_OF_HISTORY)), time(6), UTC)


def _user(email: str, name: str, place: DemoPlace, *, password: str, joined: datetime) -> User:
    first_name, _, last_name = name.partition(" ")
    return User(
        email=email,
        email_verified_at=joined,
        created_at=joined,
        updated_at=joined,
        first_name=first_name,
        last_name=last_name,
        currency=place.currency,
        timezone=place.timezone,
        password=password,
    )


def _bulk_specialists(people: list[User], categories: list[Category], dice: Random) -> list[Specialist]:
    """With calendars, a few services each and the group that tells what they are; a constant number of statements."""
    User.objects.bulk_create(people)
    group, _ = Group.objects.get_or_create(name=Role.SPECIALISTS.value)
    group.user_set.add(*people)
    calendars = Calendar.objects.bulk_create(
        Calendar(timezone=user.timezone, **_calendar_rules(dice)) for user in people
    )
    pairs = list(zip(people, calendars, strict=True))
    crafts = [CATEGORIES[number % len(CATEGORIES)] for number in range(len(pairs))]
    specialists = Specialist.objects.bulk_create(
        _specialist(user, calendar, craft, dice) for (user, calendar), craft in zip(pairs, crafts, strict=True)
    )
    by_name = {category.name: category for category in categories}
    Service.objects.bulk_create(
        _own_service(specialist, offered, by_name[craft.name])
        for specialist, craft in zip(specialists, crafts, strict=True)
        for offered in craft.services
    )
    # With the numbers that the database has given.
    return list(Specialist.objects.filter(user__in=people).select_related("user", "calendar").order_by("user__email"))


def _calendar_rules(dice: Random) -> dict[str, Any]:
    start, end = dice.choice((("09:00", "17:00"), ("10:00", "19:00"), ("08:00", "14:00")))
    days = dice.choice((DAYS[:5], DAYS[:6], DAYS[1:]))
    return {"weekly_hours": _week(start, end, days), "buffer_after_minutes": dice.choice((0, 15, 30))}


def _week(start: str, end: str, days: tuple[str, ...]) -> dict[str, list[dict[str, str]]]:
    return {day: [{"start": start, "end": end}] for day in days}


def _specialist(user: User, calendar: Calendar, craft: DemoCategory, dice: Random) -> Specialist:
    place = next(each for each in PLACES if (each.currency, each.timezone) == (user.currency, user.timezone))
    if place.currency == "INR":
        place = dice.choice([each for each in PLACES if each.currency == "INR"])
    return Specialist(
        user=user,
        calendar=calendar,
        business_name=f"{user.first_name}'s {craft.name} Studio",
        description=craft.description,
        specialties=[craft.name.lower(), *(offered.name.lower() for offered in craft.services)],
        experience_years=dice.randint(1, 25),
        currency=place.currency,
        base_rate_minor=_price(craft.services[0].price_minor, place.price_percent),
        deposit_minor=_price(20_000, place.price_percent),
        response_minutes=dice.choice((15, 60, 120, 24 * 60)),
        location=place.location,
        latitude=Decimal(place.latitude) + Decimal(dice.randint(-20_000, 20_000)) / 1_000_000,
        longitude=Decimal(place.longitude) + Decimal(dice.randint(-20_000, 20_000)) / 1_000_000,
        is_verified=True,
        verified_at=user.created_at + timedelta(days=1),
    )


def _own_service(specialist: Specialist, offered: DemoService, category: Category) -> Service:
    place = next(each for each in PLACES if each.location == specialist.location)
    return Service(
        owner=specialist,
        category=category,
        name=offered.name,
        description=f"{offered.name} with {specialist.business_name}.",
        duration_minutes=offered.minutes,
        price_minor=_price(offered.price_minor, place.price_percent),
        currency=specialist.currency,
        requirements=["Come as you are"],
    )


def _price(rupees_minor: int, percent: int) -> int:
    """A round price: whole units of a hundred."""
    return round_half_up(rupees_minor * percent // 100 // 100) * 100
