"""Signed-in devices: one's own, and what ending them ends."""

import pytest
from pytest_django import DjangoAssertNumQueries

from accounts.enums import Ending
from accounts.models import Session, User
from accounts.services import end_session, first_tokens
from accounts.tests.calls import PASSWORD, call, data_of, post
from accounts.tests.tokens import open_session, token_of
from common import clock
from common.tests.probe.client import client_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", PASSWORD)


@pytest.fixture
def charlie() -> User:
    return User.objects.create_user("charlie@example.com", PASSWORD)


@pytest.mark.parametrize("devices", [1, 3])
def test_ones_own_devices_are_listed_with_three_queries(
    alice: User, charlie: User, devices: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(alice)
    for _ in range(devices - 1):
        open_session(alice, platform="telegram_bot", user_agent="Bot", network="198.51.100.7")
    open_session(charlie)
    end_session(open_session(alice), why=Ending.SIGNED_OUT)

    # Who asks, how many there are, and the page.
    with django_assert_num_queries(3):
        data = data_of(client.get("/api/v1/auth/sessions"))

    assert len(data["sessions"]) == data["pagination"]["total"] == devices
    assert [device["current"] for device in data["sessions"]].count(True) == 1
    assert set(data["sessions"][0]) == {
        "id",
        "platform",
        "user_agent",
        "network",
        "created_at",
        "last_used_at",
        "expires_at",
        "current",
    }


def test_signing_out_ends_both_tokens_at_once(alice: User) -> None:
    """A034."""
    tokens = data_of(post("login", {"email": "alice@example.com", "password": PASSWORD}))["tokens"]

    response = post("logout", token=tokens["access_token"])

    assert response.json() == {"success": True, "data": None, "message": "You are signed out."}
    refused(call("get", "me", token=tokens["access_token"]), 401, "AUTHENTICATION_REQUIRED")
    refused(post("refresh", {"refresh_token": tokens["refresh_token"]}), 401, "AUTHENTICATION_REQUIRED")
    refused(post("logout", token=tokens["access_token"]), 401, "AUTHENTICATION_REQUIRED")


def test_another_device_is_signed_out_by_its_id(alice: User) -> None:
    other = open_session(alice)
    pair = first_tokens(other)

    assert call("delete", f"sessions/{other.pk}", user=alice).status_code == 200

    refused(call("get", "me", token=pair.access_token), 401, "AUTHENTICATION_REQUIRED")
    other.refresh_from_db()
    assert other.ending == "ended_by_owner"
    refused(call("delete", f"sessions/{other.pk}", user=alice), 404, "RESOURCE_NOT_FOUND")


def test_a_strangers_device_is_not_there(alice: User, charlie: User) -> None:
    theirs = open_session(charlie)

    refused(call("delete", f"sessions/{theirs.pk}", user=alice), 404, "RESOURCE_NOT_FOUND")
    refused(call("delete", f"sessions/{theirs.pk}"), 401, "AUTHENTICATION_REQUIRED")
    refused(call("get", "sessions"), 401, "AUTHENTICATION_REQUIRED")

    theirs.refresh_from_db()
    assert theirs.revoked_at is None


def test_all_other_devices_are_signed_out_together(alice: User, charlie: User) -> None:
    here, others, theirs = token_of(alice), [open_session(alice) for _ in range(3)], open_session(charlie)

    response = call("delete", "sessions", token=str(here))

    assert response.json()["message"] == "3 other devices were signed out."
    assert not Session.objects.live().filter(pk__in=[other.pk for other in others]).exists()
    assert Session.objects.live().filter(pk=theirs.pk).exists()
    assert call("get", "me", token=str(here)).status_code == 200


def test_a_token_of_one_person_does_not_ride_on_anothers_session(alice: User, charlie: User) -> None:
    forged = token_of(alice)
    forged["sid"] = str(open_session(charlie).pk)

    refused(call("get", "me", token=str(forged)), 401, "AUTHENTICATION_REQUIRED")


def test_an_access_token_of_an_ended_session_is_refused(alice: User) -> None:
    session = open_session(alice)
    access = first_tokens(session).access_token
    Session.objects.filter(pk=session.pk).update(revoked_at=clock.now(), ending="staff")

    refused(call("get", "me", token=access), 401, "AUTHENTICATION_REQUIRED")
