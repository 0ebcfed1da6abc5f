"""One customer's whole way through the money, on a platform that `bin/run` has just set up, with its own worker."""

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from common import clock
from common.ids import new_id
from common.tests.browser import problems_of
from config.tests.launching import Launch, is_left_alone

pytestmark = [pytest.mark.deep, pytest.mark.browser]

PATIENCE_SECONDS = 30


class Person:
    """Calls the API as somebody who signed in; whatever is answered but a success ends the test."""

    def __init__(self, platform: Launch, email: str, password: str) -> None:
        self.platform = platform
        self.token = ""
        self.token = self.post("/auth/login", email=email, password=password)["tokens"]["access_token"]

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, **sent: Any) -> Any:
        return self._ask("POST", path, sent)

    def patch(self, path: str, **sent: Any) -> Any:
        return self._ask("PATCH", path, sent)

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path, None)

    def _ask(self, method: str, path: str, sent: dict[str, Any] | None) -> Any:
        connection = HTTPConnection("127.0.0.1", int(self.platform.port), timeout=PATIENCE_SECONDS)
        headers = {"Content-Type": "application/json", "Idempotency-Key": str(new_id())}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        connection.request(method, f"/api/v1{path}", None if sent is None else json.dumps(sent), headers)
        answer = json.load(connection.getresponse())
        connection.close()
        assert answer["success"], f"{method} {path}: {answer}"
        return answer["data"]


@pytest.fixture
def platform() -> Iterator[Launch]:
    folder = Path(settings.LOCAL_DIR) / f"money {os.getpid()}"
    launch = Launch(folder)
    assert launch.runs(), launch.output
    yield launch
    launch.close()
    assert is_left_alone(folder)


def test_search_slot_deposit_page_rest_points_review_and_refund(platform: Launch, page: Page) -> None:
    aarav = Person(platform, "customer01@almanac.example", "demo-customer")
    bob = Person(platform, "specialist01@almanac.example", "demo-customer")
    anita = Person(platform, "admin@almanac.example", "demo-admin")
    bob.patch("/specialists/profile", availability={"working_hours": {"start": "00:00", "end": "00:00"}})

    found = aarav.get("/services/search?query=facial+bob")["services"][0]
    today = clock.now().date()
    week = f"start_date={today}&end_date={today + timedelta(days=6)}"
    slots = aarav.get(f"/specialists/{found['specialist']['id']}/availability?{week}&service_id={found['id']}")
    assert any(slot["available"] for day in slots["available_slots"] for slot in day["slots"])
    soon = clock.now() + timedelta(seconds=15)
    booking = aarav.post("/bookings", service_id=found["id"], start_time=soon.isoformat())["booking"]
    assert (booking["status"], booking["deposit_paid"]) == ("pending_payment", False)
    where = f"/bookings/{booking['id']}"

    intent = aarav.post("/payments/process-deposit", booking_id=booking["id"])["payment_intent"]
    page.goto(intent["client"]["next_url"])
    page.get_by_role("button", name="be asked by the bank").click()
    page.get_by_role("button", name="Yes, it is mine").click()
    expect(page.get_by_role("status")).to_have_text("Paid.")
    assert problems_of(page) == []

    # Nobody calls verify: the gateway's signed message is enough.
    eventually(lambda: aarav.get(where)["payment_status"] == "deposit_paid")
    assert bob.post(f"{where}/confirm")["booking"]["status"] == "confirmed"
    # The card was kept for the rest. Whoever means to use points has theirs forgotten.
    for card in aarav.get("/payments/cards")["cards"]:
        aarav.delete(f"/payments/cards/{card['id']}")
    time.sleep(max(0, (soon - clock.now()).total_seconds()))
    assert bob.post(f"{where}/complete")["booking"]["status"] == "completed"

    rest = aarav.post(
        "/payments/process-full-payment",
        booking_id=booking["id"],
        payment_method_id="sandbox_visa",
        loyalty_points_used=100,
    )
    assert (rest["booking"]["payment_status"], rest["payment"]["loyalty_discount"]) == ("paid", "10.00")
    aarav.post("/reviews", booking_id=booking["id"], rating=5, comment="Glowing.")
    anita.post("/payments/refund", booking_id=booking["id"], refund_type="full", reason="It itched")

    # Two payments go back. Of the 106 points that the price earned as large a share goes with them: 1052.00 of 1062.00.
    eventually(lambda: points_of(aarav, booking["id"]) == 106 - 100 + 10 - 105)
    eventually(lambda: {one["refunds"][0]["status"] for one in money_of(aarav, booking["id"])} == {"succeeded"})
    proof = Launch(platform.folder, "prove", module="manage")
    assert proof.ends() == 0, proof.output


def money_of(person: Person, booking_id: str) -> list[Any]:
    payments = person.get("/payments/history")["payments"]
    return [each for each in payments if each["booking_id"] == booking_id]


def points_of(person: Person, booking_id: str) -> int:
    """What is left of all that came and went because of the booking."""
    entries = person.get("/loyalty/history")["entries"]
    return sum(each["amount"] for each in entries if each["booking_id"] == booking_id)


def eventually(holds: Callable[[], bool]) -> None:
    """Waits for what the worker does a moment after a request."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline
        # Whoever asks more often is told to slow down.
        time.sleep(1)
