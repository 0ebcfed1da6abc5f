"""What nobody needs any more is forgotten; what is still to come stays."""

from datetime import timedelta

import pytest
import time_machine

from accounts.models import User
from common import clock
from notifications.models import Delivery, OutgoingMessage
from notifications.services import deliver_due, notify, purge
from notifications.tests.cast import alice

__all__ = ["alice"]

pytestmark = pytest.mark.django_db


def test_old_deliveries_and_texts_go_and_what_waits_stays(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    deliver_due("email")
    notify(alice, "welcome", {}, event_key="user.registered:2")

    assert purge() == 0
    with time_machine.travel(clock.now() + timedelta(days=91)):
        assert purge() == 1

    assert [row.event_key for row in Delivery.objects.all()] == ["user.registered:2"]
    assert not OutgoingMessage.objects.exists()


def test_what_failed_can_be_sent_again_for_two_weeks_and_then_loses_its_content(alice: User) -> None:
    notify(alice, "welcome", {}, event_key="user.registered:1")
    Delivery.objects.update(state="failed")

    with time_machine.travel(clock.now() + timedelta(days=13)):
        purge()
    assert Delivery.objects.get().sealed is not None
    with time_machine.travel(clock.now() + timedelta(days=15)):
        purge()

    assert Delivery.objects.get().sealed is None
