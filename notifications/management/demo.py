"""Something in the demo's inboxes, and a few letters to answer."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.contrib.auth import get_user_model

from common.management.demo import DemoWorld
from notifications.catalogue import KINDS, render
from notifications.enums import Channel, ContactStatus
from notifications.models import ContactSubmission, Notification
from notifications.selectors import reader_of

LETTERS = (
    ("Meera Joshi", "meera@example.com", "Service Inquiry", "Do you come to Gurugram for deep cleaning?", "new"),
    ("Tom Baker", "tom@example.com", "Invoice", "I need an invoice with our company's address.", "read"),
    ("Aiko Tanaka", "aiko@example.com", "", "The projector in room 4 shows everything in green.", "replied"),
    ("Luis Romero", "luis@example.com", "Thank you", "Vikram repaired everything in an hour. Great work.", "resolved"),
)
OFFER = {
    "headline": "10 % off your next booking",
    "offer": "Use the code WELCOME10 at the checkout.",
    "link": "https://almanac.example/offers",
}


def seed(world: DemoWorld) -> None:
    _seed_inboxes(world)
    _seed_letters(world)


def _seed_inboxes(world: DemoWorld) -> None:
    people: list[Any] = list(
        get_user_model()
        .objects.filter(email__startswith="customer", email__endswith="@almanac.example")
        .order_by("email")
    )
    entries = [entry for person in people for entry in _entries_of(person, world)]
    Notification.objects.bulk_create(entries, ignore_conflicts=True)


def _entries_of(person: Any, world: DemoWorld) -> list[Notification]:
    """A welcome that they have read, an offer that most have not, and a sign-in of some days ago."""
    dice = world.dice(f"inbox of {person.email}")
    days = dice.sample(range(2, 28), 2)
    signed_in_at = _some_time(world, min(days), dice.randint(5, 15))
    offered_at = _some_time(world, max(days), 6)
    return [
        _entry(person, "welcome", {}, person.created_at, is_read=True),
        _entry(person, "promotion", OFFER, offered_at, is_read=dice.random() < 0.3),
        _entry(person, "new_sign_in", {"at": signed_in_at, "device": "Firefox on Windows"}, signed_in_at),
    ]


def _entry(person: Any, kind: str, context: dict[str, Any], at: datetime, *, is_read: bool = False) -> Notification:
    text = render(kind, Channel.IN_APP, context, reader_of(person))
    return Notification(
        recipient=person,
        event_key=f"demo:{kind}",
        kind=kind,
        topic=KINDS[kind].topic,
        title=text.title,
        message=text.text,
        data={name: str(context[name]) for name in sorted(KINDS[kind].shows)},
        read_at=at + timedelta(hours=2) if is_read else None,
        created_at=at,
        updated_at=at,
    )


def _seed_letters(world: DemoWorld) -> None:
    known = set(
        ContactSubmission.objects.filter(email__in=[letter[1] for letter in LETTERS]).values_list("email", flat=True)
    )
    written = [
        ContactSubmission(
            name=name,
            email=email,
            subject=subject,
            message=message,
            status=ContactStatus(status),
            created_at=_some_time(world, days, 10),
        )
        for days, (name, email, subject, message, status) in enumerate(LETTERS, start=1)
        if email not in known
    ]
    ContactSubmission.objects.bulk_create(written)


def _some_time(world: DemoWorld, days_ago: int, hour: int) -> datetime:
    return datetime.combine(world.today - timedelta(days=days_ago), time(hour, 20), UTC)
