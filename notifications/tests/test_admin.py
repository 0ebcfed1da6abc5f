"""The pages of messages: what staff see, what they may do, and what stays hidden from them."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from common.models import AuditEntry
from notifications.enums import Channel
from notifications.models import ContactSubmission, Delivery, Device, Notification, OutgoingMessage
from notifications.services import deliver_due, notify, register_device, send_code, submit_contact
from notifications.tests.cast import SAMPLES, alice

__all__ = ["alice"]

pytestmark = pytest.mark.django_db


@pytest.fixture
def dana(settings: Settings) -> User:
    settings.STAFF_SECOND_FACTOR = False
    return User.objects.create_superuser("dana@example.com", "a long password", first_name="Dana")


@pytest.fixture
def desk(dana: User) -> Client:
    client = Client()
    client.force_login(dana, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(model: type[Any], *args: Any) -> str:
    name = "change" if args else "changelist"
    return reverse(f"admin:notifications_{model._meta.model_name}_{name}", args=args)


def letter() -> ContactSubmission:
    return submit_contact(name="John", email="john@example.com", message="Do you come to Pune?", subject="Question")


def act(desk: Client, model: type[Any], action: str, *rows: Any) -> Any:
    data = {"action": action, "_selected_action": [str(row.pk) for row in rows], "confirmed": "1", "reason": "because"}
    return desk.post(page(model), data, follow=True)


def fill(alice: User, count: int) -> None:
    for number in range(count):
        letter()
        notify(alice, "welcome", {}, event_key=f"user.registered:{number}")
        register_device(alice, token=f"token-{number}", platform="ios")
        send_code(f"+91987654321{number}", Channel.SMS, "sign_in_code", {"code": "428913", "minutes": 5})
    deliver_due("sms")


@pytest.mark.parametrize("model", [ContactSubmission, OutgoingMessage, Delivery, Notification, Device])
def test_a_list_costs_the_same_with_one_row_and_with_three(
    alice: User, desk: Client, model: type[Any], django_assert_max_num_queries: Any
) -> None:
    counts = []
    for number in (1, 2):
        fill(alice, 1 if number == 1 else 3)
        desk.get(page(model))
        with django_assert_max_num_queries(15) as asked:
            response = desk.get(page(model))
        assert response.status_code == 200
        counts.append(len(asked))

    assert counts[0] == counts[1]


@pytest.mark.parametrize("model", [ContactSubmission, OutgoingMessage, Delivery, Notification, Device])
def test_every_page_opens_and_nothing_can_be_added_or_deleted(alice: User, desk: Client, model: type[Any]) -> None:
    fill(alice, 1)
    row = model.objects.first()

    assert desk.get(page(model, row.pk)).status_code == 200
    assert desk.get(page(model).rstrip("/") + "/add/").status_code == 403
    assert desk.post(reverse(f"admin:notifications_{model._meta.model_name}_delete", args=[row.pk])).status_code == 403


def test_the_outbox_masks_addresses_and_shows_a_code_only_on_its_own_page(desk: Client) -> None:
    send_code("+919876543210", Channel.SMS, "sign_in_code", {"code": "428913", "minutes": 5})
    deliver_due("sms")

    listed = desk.get(page(OutgoingMessage)).content.decode()
    opened = desk.get(page(OutgoingMessage, OutgoingMessage.objects.get().pk)).content.decode()
    delivery = desk.get(page(Delivery, Delivery.objects.get().pk)).content.decode()

    assert "…3210" in listed
    assert "9876543210" not in listed
    assert "428913" not in listed
    assert "428913 is your Almanac sign-in code" in opened
    assert "428913" not in delivery
    assert "9876543210" not in delivery


def test_a_devices_token_is_hidden(alice: User, desk: Client) -> None:
    device = register_device(alice, token="very-secret-token-abcd", platform="ios")

    for path in (page(Device), page(Device, device.pk)):
        content = desk.get(path).content.decode()
        assert "…abcd" in content
        assert "very-secret" not in content


@pytest.mark.parametrize(
    ("action", "status"), [("mark_as_read", "read"), ("mark_as_replied", "replied"), ("mark_as_resolved", "resolved")]
)
def test_letters_move_on_and_the_audit_log_says_who_and_why(desk: Client, dana: User, action: str, status: str) -> None:
    """O30."""
    submission = letter()

    act(desk, ContactSubmission, action, submission)

    submission.refresh_from_db()
    assert submission.status == status
    entry = AuditEntry.objects.get(target_table="notifications_contactsubmission", action="updated")
    assert (entry.actor_id, entry.reason) == (dana.pk, "because")
    assert entry.changes["status"] == ["new", status]


def test_marking_twice_is_refused_and_said(desk: Client) -> None:
    submission = letter()
    act(desk, ContactSubmission, "mark_as_read", submission)

    response = act(desk, ContactSubmission, "mark_as_read", submission)

    assert "marked as read already" in response.content.decode()


def test_notes_are_all_that_can_be_edited(desk: Client) -> None:
    submission = letter()
    form = {"notes": "called back", "message": "forged", "status": "resolved"}

    desk.post(page(ContactSubmission, submission.pk), {**form, "edited_version": submission.updated_at.isoformat()})

    submission.refresh_from_db()
    assert (submission.notes, submission.message, submission.status) == ("called back", "Do you come to Pune?", "new")


def test_what_a_visitor_wrote_stays_out_of_the_audit_log(desk: Client, alice: User) -> None:
    submission = letter()
    act(desk, ContactSubmission, "mark_as_read", submission)

    assert "Pune" not in str(list(AuditEntry.objects.values_list("changes", "data")))


def test_a_failed_delivery_is_sent_again(alice: User, desk: Client, settings: Settings) -> None:
    channels = settings.NOTIFICATION_CHANNELS
    notify(alice, "password_changed", {"at": SAMPLES["at"]}, event_key="password.changed:1")
    settings.NOTIFICATION_CHANNELS = {}
    deliver_due("email")
    settings.NOTIFICATION_CHANNELS = channels

    act(desk, Delivery, "retry", Delivery.objects.get())

    assert Delivery.objects.get().state == "waiting"
    assert AuditEntry.objects.filter(action="sent again", reason="because").count() == 1


def test_support_that_may_only_look_sends_and_marks_nothing(alice: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    looker = User.objects.create_user("eve@example.com", "a long password", is_staff=True)
    looker.user_permissions.add(*_permissions("view_contactsubmission", "view_delivery"))
    client = Client()
    client.force_login(looker, backend="django.contrib.auth.backends.ModelBackend")
    submission = letter()

    act(client, ContactSubmission, "mark_as_read", submission)

    submission.refresh_from_db()
    assert submission.status == "new"
    assert client.get(page(OutgoingMessage)).status_code == 403


def _permissions(*codenames: str) -> Any:
    return Permission.objects.filter(codename__in=codenames)
