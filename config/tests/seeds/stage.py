"""Who and what there is when a printed request is played. John Doe is the customer of every seed, Jane a specialist."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.enums import Purpose, Role
from accounts.models import User
from accounts.services import first_tokens, join, send_code
from accounts.tests.authorisation import an_address
from accounts.tests.calls import sealed_code
from accounts.tests.pictures import picture
from accounts.tests.telegram_signing import widget
from accounts.tests.tokens import open_session
from bookings.services.appointments import book_for_client
from catalog.hours import read_week
from catalog.models import Calendar, Category, Resource, Service, Specialist, Tier
from catalog.services.hours import set_hours
from catalog.services.specialists import own_specialist
from catalog.services.time_off import take_time_off
from catalog.tests.factories import calendar
from common import clock
from common.timeranges import TimeRange
from notifications.models import Notification
from notifications.services import notify

OFFER = {"headline": "10 % off", "offer": "Book a massage & save.", "link": "https://almanac.example/offers"}
Made = dict[str, Any]


@dataclass(frozen=True)
class Stage:
    john: User
    jane: User

    def user(self, who: str) -> User | None:
        if who == "staff":
            return User.objects.create_user("dana@example.com", is_staff=True)
        return {"customer": self.john, "specialist": self.jane}.get(who)

    @property
    def specialist(self) -> Specialist:
        """Jane as somebody who can be booked."""
        specialist = own_specialist(self.jane)
        Specialist.objects.filter(pk=specialist.pk).update(is_verified=True)
        return specialist


def set_stage() -> Stage:
    john = User.objects.create_user(
        "john@example.com", first_name="John", last_name="Doe", phone_number="+911234567890"
    )
    jane = User.objects.create_user("jane@example.com", first_name="Jane", last_name="Smith")
    join(jane, Role.SPECIALISTS)
    return Stage(john, jane)


# People


def a_password(stage: Stage) -> Made:
    stage.john.email = "user@example.com"
    stage.john.set_password("securePassword123")
    stage.john.save()
    return {}


def a_picture(_stage: Stage) -> Made:
    return {"picture": SimpleUploadedFile("me.jpg", picture(), "image/jpeg")}


def a_refresh_token(stage: Stage) -> Made:
    return {"refresh_token": first_tokens(open_session(stage.john)).refresh_token}


def a_code(stage: Stage) -> Made:
    send_code(str(stage.john.phone_number), Purpose.LOGIN, network="127.0.0.0/24")
    return {"otp_code": sealed_code(purpose="login")}


def what_telegram_signed(_stage: Stage) -> Made:
    signed = widget(int(time.time()), id="123456789", first_name="John", last_name="Doe", username="johndoe")
    return {"auth_date": signed["auth_date"], "hash": signed["hash"]}


def an_address_of_john(stage: Stage) -> Made:
    return {"address": an_address(stage.john).pk}


# The catalog


def a_category(_stage: Stage) -> Made:
    for name in ("Consultation", "Workshop"):
        Category.objects.create(name=name, slug=name.lower(), icon=f"{name.lower()}-icon.svg")
    return {}


def a_service(stage: Stage) -> Made:
    a_category(stage)
    service = Service.objects.create(
        owner=stage.specialist,
        category=Category.objects.get(slug="consultation"),
        name="Business Strategy Consultation",
        duration_minutes=60,
        price_minor=15_000,
        currency="USD",
    )
    return {"service": service.pk}


def an_open_month(stage: Stage) -> Made:
    week = read_week({"start": "09:00", "end": "17:00", "days": [1, 2, 3, 4, 5, 6, 7]})
    set_hours(stage.specialist.calendar, week=week, actor=stage.jane)
    # The printed days reach further than anybody may book by default.
    Calendar.objects.filter(specialist__user=stage.jane).update(horizon_days=90)
    return {}


def a_platform_service(_stage: Stage) -> Made:
    facial = Category.objects.create(name="Facial", slug="facial")
    minimal = Tier.objects.create(name="Minimal", slug="minimal")
    service = Service.objects.create(
        category=facial,
        tier=minimal,
        name="Facial - Minimal",
        duration_minutes=60,
        price_minor=100_000,
        market_price_minor=120_000,
    )
    return {"service": service.pk}


def a_room(_stage: Stage) -> Made:
    room = Resource.objects.create(
        name="Conference Room A",
        capacity=10,
        location="Floor 3",
        amenities=["projector", "whiteboard", "video_conference"],
        calendar=calendar("00:00-23:59", timezone="UTC"),
    )
    return {"room": room.pk}


def a_room_that_is_taken(stage: Stage) -> Made:
    """For every hour of the coming weeks, so that each answer has conflicts to show."""
    made = a_room(stage)
    owner = Resource.objects.get(pk=made["room"]).calendar
    now = clock.now()
    take_time_off(owner, TimeRange(now, now + timedelta(days=30)), reason="Painters", actor=stage.jane)
    return made


# The appointments API


def a_professional(stage: Stage) -> Made:
    a_service(stage)
    an_open_month(stage)
    return {"professional": stage.specialist.pk}


def a_professional_with_a_password(stage: Stage) -> Made:
    stage.jane.set_password("password123")
    stage.jane.save()
    return {**a_professional(stage), "username": stage.jane.email}


def a_client(stage: Stage) -> Made:
    return {**a_professional(stage), "client": stage.john.pk}


def a_client_with_an_appointment(stage: Stage) -> Made:
    """One that Jane has still to confirm."""
    made = a_client(stage)
    noon = datetime.combine(clock.now().date() + timedelta(days=5), time_of_day(12), stage.specialist.calendar.zone)
    booking = book_for_client(
        client=stage.john,
        professional_id=made["professional"],
        starts_at=noon,
        ends_at=noon + timedelta(hours=1),
        service_id=None,
    )
    return {**made, "appointment_id": booking.pk}


# Messages


def an_inbox(stage: Stage) -> Made:
    notify(stage.john, "promotion", OFFER, event_key="offer:1")
    return {"notification": Notification.objects.get(recipient=stage.john).pk}
