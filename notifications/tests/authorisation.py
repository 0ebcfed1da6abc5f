"""Who may call the routes of messages: see common/tests/access_tables.py."""

from accounts.models import User
from common import clock
from common.ids import new_id
from common.tests.access_tables import EVERYBODY, PEOPLE, Route, may, of_its_owner, own
from notifications.enums import Platform, Topic
from notifications.models import Device, Notification


def an_entry(owner: User) -> Notification:
    facts = {"event_key": str(new_id()), "kind": "promotion", "topic": Topic.PROMOTIONS, "title": "10 % off"}
    return Notification.objects.create(recipient=owner, message="Come again.", **facts)


def a_device(owner: User) -> Device:
    return Device.objects.create(user=owner, token=str(new_id()), platform=Platform.ANDROID, seen_at=clock.now())


def a_token(owner: User) -> dict[str, str]:
    return {"token": a_device(owner).token}


ENTRY = of_its_owner(an_entry)
DEVICE = of_its_owner(a_device)

ROUTES: dict[str, Route] = {
    "GET /notifications": may(PEOPLE),
    "PUT /notifications/{id}/read": own(PEOPLE, ENTRY),
    "PUT /notifications/mark-all-read": may(PEOPLE),
    "GET /notifications/preferences": may(PEOPLE),
    "POST /notifications/preferences": may(PEOPLE, sends={"email": {"promotions": False}}),
    "POST /notifications/devices": may(PEOPLE, sends={"token": "t-1", "platform": "android"}, answers=201),
    "DELETE /notifications/devices": may(PEOPLE, sends=a_token),
    "DELETE /notifications/devices/{id}": own(PEOPLE, DEVICE),
    "POST /contact": may(
        EVERYBODY, sends={"name": "Charlie", "email": "charlie@example.com", "message": "Are you open on Sunday?"}
    ),
}
