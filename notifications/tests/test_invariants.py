"""Each invariant of messages is shown to fire."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from common import clock
from common.proofs import check, invariants
from notifications.models import Delivery, Notification
from notifications.services import deliver_due, notify
from notifications.tests.cast import SAMPLES, alice

__all__ = ["alice"]

pytestmark = pytest.mark.django_db

OWN = ["INV-73", "INV-73a", "INV-74", "INV-74a", "INV-74b", "INV-74c"]


def outcome_of(invariant_id: str) -> str:
    [invariant] = [known for known in invariants() if known.id == invariant_id]
    return check(invariant).outcome


def without(table: str, constraint: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


@pytest.fixture(autouse=True)
def _a_sound_world(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    deliver_due("email")
    notify(alice, "password_reset_link", {"link": SAMPLES["link"], "minutes": 5}, event_key="password.forgotten:1")


@pytest.mark.parametrize("invariant_id", OWN)
def test_an_invariant_holds_where_nothing_is_wrong(invariant_id: str) -> None:
    assert outcome_of(invariant_id) == "ok"


@pytest.mark.parametrize("has_recipient", [True, False])
def test_a_second_delivery_of_an_event_is_found(alice: User, has_recipient: bool) -> None:
    without("notifications_delivery", "one_delivery_per_event_recipient_and_channel")
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_delivery_per_event_to_a_stranger")
    for _ in range(2):
        Delivery.objects.create(
            event_key="twice",
            recipient=alice if has_recipient else None,
            channel="sms",
            kind="sign_in_code",
            expires_at=clock.now(),
        )

    assert outcome_of("INV-73") == "violated"


def test_a_second_inbox_entry_of_an_event_is_found(alice: User) -> None:
    without("notifications_notification", "one_inbox_entry_per_event_and_recipient")
    Notification.objects.create(recipient=alice, event_key="user.registered:1", kind="welcome", title="x", message="x")

    assert outcome_of("INV-73a") == "violated"


def test_a_delivery_without_its_entry_is_found(alice: User) -> None:
    Notification.objects.all().delete()

    assert outcome_of("INV-74") == "violated"


def test_an_entry_of_another_person_does_not_count(alice: User) -> None:
    bob = User.objects.create_user("bob@example.com")
    Notification.objects.update(recipient=bob)

    assert outcome_of("INV-74") == "violated"


def test_a_secret_in_an_inbox_is_found() -> None:
    Notification.objects.update(kind="password_reset_link")

    assert outcome_of("INV-74a") == "violated"


def test_content_that_was_kept_is_found() -> None:
    without("notifications_delivery", "closed_delivery_keeps_nothing_personal")
    Delivery.objects.filter(kind="welcome").update(sealed=b"x")

    assert outcome_of("INV-74b") == "violated"


def test_a_delivery_that_says_no_time_is_found() -> None:
    without("notifications_delivery", "sent_delivery_says_when")
    Delivery.objects.filter(kind="welcome").update(sent_at=None)

    assert outcome_of("INV-74b") == "violated"


def test_a_message_that_nobody_sends_is_found() -> None:
    Delivery.objects.waiting().update(due_at=Now() - timedelta(minutes=11))

    assert outcome_of("INV-74c") == "violated"


def test_a_message_that_a_dead_worker_holds_is_found() -> None:
    Delivery.objects.waiting().update(state="sending", leased_until=Now() - timedelta(minutes=11))

    assert outcome_of("INV-74c") == "violated"
