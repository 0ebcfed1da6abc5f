"""A new password, and what it ends."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from accounts.models import PasswordReset, Session, User
from accounts.services import mail_links
from accounts.tests.calls import PASSWORD, PHONE, call, code_for, data_of, post, reset_token
from accounts.tests.tokens import open_session
from common import clock
from common.tests.probe.client import detail_codes, refused
from common.tests.threads import in_threads
from notifications.models import Delivery
from notifications.sealing import opened

pytestmark = pytest.mark.django_db
NEW = "another battery horse"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", PASSWORD, first_name="Alice")


def forgot(email: str) -> Any:
    return post("password/forgot", {"email": email})


def reset(token: str, password: str = NEW) -> Any:
    return post("password/reset", {"token": token, "new_password": password})


def login(password: str) -> Any:
    return post("login", {"email": "alice@example.com", "password": password})


def test_a_mailed_link_sets_a_new_password_once(alice: User) -> None:
    forgot("Alice@Example.com")
    token = reset_token(alice)
    access = data_of(login(PASSWORD))["tokens"]["access_token"]

    assert reset(token).status_code == 200

    assert login(NEW).status_code == 200
    refused(login(PASSWORD), 401, "AUTHENTICATION_REQUIRED")
    refused(call("get", "me", token=access), 401, "AUTHENTICATION_REQUIRED")
    refused(reset(token, "a third battery"), 401, "AUTHENTICATION_REQUIRED")
    alice.refresh_from_db()
    assert alice.email_verified_at is not None
    assert set(Session.objects.exclude(revoked_at=None).values_list("ending", flat=True)) == {"password"}


def test_the_link_is_mailed_once_to_the_mailbox_and_hides_its_token_from_servers(alice: User) -> None:
    forgot("alice@example.com")

    mail_links()
    mail_links()

    delivery = Delivery.objects.get()
    content = opened(delivery.pk, bytes(delivery.sealed or b""))
    assert content["to"] == "alice@example.com"
    link = f"{settings.PUBLIC_URL}/reset-password#token={reset_token(alice)}"
    assert content["context"] == {"link": link, "minutes": 60}


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com", "blocked@example.com"])
def test_asking_costs_and_answers_the_same_for_every_address(
    alice: User, email: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    User.objects.create_user("blocked@example.com", PASSWORD, is_active=False)

    # Who it is, a savepoint and its release, the row that a worker looks at.
    with django_assert_num_queries(4):
        response = forgot(email)

    assert response.status_code == 202
    assert response.json()["message"] == "If there is an account with this address, a link is on its way."
    mail_links()
    assert Delivery.objects.count() == (email == "alice@example.com")


def test_a_mailbox_gets_three_links_an_hour(alice: User) -> None:
    for _ in range(3):
        assert forgot("alice@example.com").status_code == 202

    refused(forgot("ALICE@example.com"), 429, "RATE_LIMIT_EXCEEDED")


@pytest.mark.parametrize("change", ["", "x", "é", "a.b", "....", "x" * 200])
def test_what_is_no_token_is_refused(alice: User, change: str) -> None:
    assert reset(change).status_code in {400, 401}


def test_every_changed_character_of_a_token_fails(alice: User) -> None:
    forgot("alice@example.com")
    token = reset_token(alice)

    for position in range(0, len(token), 2):
        other = "b" if token[position] == "a" else "a"
        refused(reset(token[:position] + other + token[position + 1 :]), 401, "AUTHENTICATION_REQUIRED")
    assert reset(token).status_code == 200


def test_an_old_link_is_refused(alice: User) -> None:
    forgot("alice@example.com")
    PasswordReset.objects.update(expires_at=Now() - timedelta(seconds=1))

    refused(reset(reset_token(alice)), 401, "AUTHENTICATION_REQUIRED")
    assert login(PASSWORD).status_code == 200


def test_a_poor_password_leaves_the_link_as_it_was(alice: User) -> None:
    forgot("alice@example.com")
    token = reset_token(alice)

    error = refused(reset(token, "password"), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {"new_password"}
    assert reset(token).status_code == 200


def test_one_used_link_uses_up_the_others(alice: User) -> None:
    forgot("alice@example.com")
    first = reset_token(alice)
    forgot("alice@example.com")

    assert reset(reset_token(alice)).status_code == 200
    refused(reset(first), 401, "AUTHENTICATION_REQUIRED")


def test_a_blocked_person_resets_nothing(alice: User) -> None:
    forgot("alice@example.com")
    User.objects.filter(pk=alice.pk).update(is_active=False)

    refused(reset(reset_token(alice)), 403, "INSUFFICIENT_PERMISSIONS")


def test_a_code_to_a_proven_phone_resets_it_too(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(phone_number=PHONE, phone_verified_at=clock.now())
    code = code_for(purpose="reset_password")

    data = data_of(post("verify-otp", {"phone_number": PHONE, "otp_code": code, "purpose": "reset_password"}))

    assert set(data) == {"reset_token"}
    assert reset(data["reset_token"]).status_code == 200
    assert login(NEW).status_code == 200
    alice.refresh_from_db()
    assert alice.email_verified_at is None


def test_a_claimed_phone_resets_nothing(alice: User) -> None:
    """Whoever mistypes their number must not hand their account to its owner."""
    User.objects.filter(pk=alice.pk).update(phone_number=PHONE)
    code = code_for(purpose="reset_password")

    response = post("verify-otp", {"phone_number": PHONE, "otp_code": code, "purpose": "reset_password"})

    refused(response, 401, "AUTHENTICATION_REQUIRED")


def test_a_changed_password_keeps_this_device_and_ends_the_others(alice: User) -> None:
    here = data_of(login(PASSWORD))["tokens"]
    there = data_of(login(PASSWORD))["tokens"]

    body = {"current_password": PASSWORD, "new_password": NEW}
    assert post("password/change", body, token=here["access_token"]).status_code == 200

    assert call("get", "me", token=here["access_token"]).status_code == 200
    refused(call("get", "me", token=there["access_token"]), 401, "AUTHENTICATION_REQUIRED")
    refused(post("refresh", {"refresh_token": there["refresh_token"]}), 401, "AUTHENTICATION_REQUIRED")
    assert login(NEW).status_code == 200
    assert Delivery.objects.filter(kind="password_changed", recipient=alice).count() == 1


def test_a_stolen_access_token_does_not_change_the_password(alice: User) -> None:
    """A035."""
    body = {"current_password": "a guess", "new_password": NEW}
    for _ in range(5):
        error = refused(post("password/change", body, user=alice), 401, "AUTHENTICATION_REQUIRED")
        assert detail_codes(error) == {"current_password": "WRONG_CREDENTIALS"}

    refused(post("password/change", body, user=alice), 429, "RATE_LIMIT_EXCEEDED")
    assert login(PASSWORD).status_code == 200


def test_without_a_password_one_is_set_by_link_or_code() -> None:
    bob = User.objects.create_user(phone_number=PHONE)
    body = {"current_password": "x", "new_password": NEW}

    refused(post("password/change", body, user=bob), 422, "BUSINESS_RULE_VIOLATION")
    refused(post("password/change", body), 401, "AUTHENTICATION_REQUIRED")


@pytest.mark.django_db(transaction=True)
def test_a_link_that_is_used_twice_at_once_is_used_once(alice: User) -> None:
    open_session(alice)
    forgot("alice@example.com")
    token = reset_token(alice)

    statuses = in_threads(3, lambda: reset(token).status_code)

    assert sorted(statuses) == [200, 401, 401]
