"""Who may call the routes of the catalog and of free time: see common/tests/access_tables.py."""

from datetime import date, timedelta
from typing import Any

from accounts.models import User
from catalog.models import Resource, Service, Specialist, TimeOff
from catalog.services.specialists import own_specialist
from catalog.tests.factories import calendar
from common import clock
from common.ids import new_id
from common.tests.access_tables import EVERYBODY, PEOPLE, SPECIALISTS, Route, Thing, may, of_its_owner, own, shared
from common.timeranges import TimeRange

HOUR = timedelta(hours=1)
MASSAGE = {"name": "Massage", "duration": 60, "price": "1500.00"}
# Under an id there is nothing for whoever has none; own profiles, hours and lists are refused to them (403).
NOT_THEIRS = 404


def a_service(owner: User) -> Service:
    specialist = own_specialist(owner)
    Specialist.objects.filter(pk=specialist.pk).update(is_verified=True)
    return Service.objects.create(owner=specialist, name="Massage", price_minor=150_000, duration_minutes=60)


def a_service_not_offered(owner: User) -> Service:
    return Service.objects.create(
        owner=own_specialist(owner), name="Massage", price_minor=150_000, duration_minutes=60, is_active=False
    )


def a_platform_service(_owner: User) -> Service:
    return Service.objects.create(name="Facial", price_minor=100_000, duration_minutes=60)


def an_hour_off(owner: User) -> TimeOff:
    noon = clock.now() + timedelta(days=3)
    return TimeOff.objects.create(
        calendar=own_specialist(owner).calendar, during=TimeRange(noon, noon + HOUR).to_postgres()
    )


def a_verified_specialist(_owner: User) -> Specialist:
    priti = User.objects.create_user(f"priti-{new_id()}@example.com", first_name="Priti")
    return Specialist.objects.create(user=priti, calendar=calendar(), is_verified=True)


def a_room(_owner: User) -> Resource:
    return Resource.objects.create(name="Lotus Room", calendar=calendar())


def a_closed_room(_owner: User) -> Resource:
    return Resource.objects.create(name="Lotus Room", calendar=calendar(), is_active=False)


def tomorrow() -> date:
    return clock.now().date() + timedelta(days=1)


def an_hour(_owner: User) -> dict[str, Any]:
    start = clock.now() + timedelta(days=1)
    return {"start_time": start.isoformat(), "end_time": (start + HOUR).isoformat()}


def a_day(_owner: User) -> dict[str, Any]:
    return {"start_date": tomorrow().isoformat(), "end_date": tomorrow().isoformat()}


def some_slots(owner: User) -> dict[str, Any]:
    return {"time_slots": [an_hour(owner)]}


OWN_SERVICE = of_its_owner(a_service)
SERVICE = Thing(a_platform_service, a_service_not_offered)
TIME_OFF = of_its_owner(an_hour_off)
# Somebody whom staff have not verified yet is nobody to the others.
SPECIALIST = Thing(a_verified_specialist, own_specialist)
RESOURCE = Thing(a_room, a_closed_room)
NINE_TO_FIVE = {"working_hours": {"monday": [{"start": "09:00", "end": "17:00"}]}}

ROUTES: dict[str, Route] = {
    "GET /services/catalog": may(EVERYBODY),
    "GET /services/search": may(EVERYBODY),
    "GET /services/categories": may(EVERYBODY),
    "GET /services/{id}": shared(EVERYBODY, SERVICE),
    "GET /specialists": may(EVERYBODY),
    "GET /specialists/{id}": shared(EVERYBODY, SPECIALIST),
    "GET /specialists/{id}/availability": shared(EVERYBODY, SPECIALIST, sends=a_day, names={"service_id": SERVICE}),
    "GET /resources": may(EVERYBODY),
    "GET /resources/{id}": shared(EVERYBODY, RESOURCE),
    "GET /resources/{id}/availability": shared(EVERYBODY, RESOURCE, sends=a_day, names={"service_id": SERVICE}),
    "GET /availability": may(PEOPLE, sends=an_hour, names={"resource_id": RESOURCE}),
    "POST /availability/bulk": may(PEOPLE, sends=some_slots, names={"specialist_id": SPECIALIST}),
    "GET /conflicts": may(PEOPLE, sends=an_hour, names={"specialist_id": SPECIALIST}),
    "GET /specialists/profile": may(SPECIALISTS),
    "PUT /specialists/profile": may(SPECIALISTS, sends={"experience": 5}),
    "PATCH /specialists/profile": may(SPECIALISTS, sends={"experience": 5}),
    "GET /specialists/working-hours": may(SPECIALISTS),
    "PUT /specialists/working-hours": may(SPECIALISTS, sends=NINE_TO_FIVE),
    "GET /specialists/services": may(PEOPLE),
    "POST /specialists/services": may(SPECIALISTS, sends=MASSAGE, answers=201),
    "PUT /specialists/services/{id}": own(SPECIALISTS, OWN_SERVICE, others=NOT_THEIRS, sends=MASSAGE),
    "PATCH /specialists/services/{id}": own(SPECIALISTS, OWN_SERVICE, others=NOT_THEIRS, sends={"price": "1.00"}),
    "DELETE /specialists/services/{id}": own(SPECIALISTS, OWN_SERVICE, others=NOT_THEIRS),
    "GET /specialists/availability": may(SPECIALISTS, sends=a_day),
    "GET /specialists/availability/block": may(PEOPLE),
    "POST /specialists/availability/block": may(SPECIALISTS, sends=an_hour, answers=201),
    "DELETE /specialists/availability/block/{id}": own(SPECIALISTS, TIME_OFF, others=NOT_THEIRS),
}
