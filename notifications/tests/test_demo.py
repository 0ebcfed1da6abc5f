"""The demo's inboxes and letters: the same for everybody, added once."""

from datetime import UTC, datetime

import pytest

from accounts.models import User
from common import clock
from common.management.demo import DemoWorld
from notifications.management.demo import LETTERS, seed
from notifications.models import ContactSubmission, Delivery, Notification

pytestmark = pytest.mark.django_db

WORLD = DemoWorld(scale=1, today=datetime(2026, 1, 20, tzinfo=UTC).date(), shows_progress=False)


@pytest.fixture(autouse=True)
def customers() -> list[User]:
    return [
        User.objects.create_user(f"customer0{number}@almanac.example", language=language, timezone="Asia/Kolkata")
        for number, language in ((1, "en"), (2, "hi"))
    ]


def test_every_customer_has_something_to_read_and_nothing_is_sent(customers: list[User]) -> None:
    seed(WORLD)

    for person in customers:
        assert Notification.objects.visible_to(person).count() == 3
        assert Notification.objects.visible_to(person).unread().exists()
    assert Notification.objects.filter(title="Almanac में आपका स्वागत है").count() == 1
    assert not Delivery.objects.exists()


def test_staff_have_letters_in_every_state() -> None:
    seed(WORLD)

    assert sorted(ContactSubmission.objects.values_list("status", flat=True)) == ["new", "read", "replied", "resolved"]
    assert ContactSubmission.objects.count() == len(LETTERS)
    assert not ContactSubmission.objects.filter(created_at__gte=clock.now()).exists()


def test_a_second_call_adds_and_changes_nothing() -> None:
    seed(WORLD)
    before = [list(model.objects.order_by("pk").values()) for model in (Notification, ContactSubmission)]

    seed(WORLD)

    assert [list(model.objects.order_by("pk").values()) for model in (Notification, ContactSubmission)] == before
