"""Refresh families: one chain, one live end, whoever asks at once."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db.models.functions import Now
from pytest_django import DjangoAssertNumQueries

from accounts.devices import Device
from accounts.enums import Ending
from accounts.errors import InvalidRefreshToken
from accounts.models import RefreshToken, Session, User
from accounts.services import block_user, end_session, first_tokens, refresh_tokens
from accounts.tests.calls import PASSWORD, call, data_of, post
from accounts.tests.tokens import open_session
from common.models import OutboxEvent
from common.outbox import deliver_due
from common.proofs import check, invariants
from common.tests.probe.client import CAMEL, refused
from common.tests.threads import in_threads
from notifications.models import Notification

pytestmark = pytest.mark.django_db
PHONE_APP, ANOTHER = "Almanac/7 (phone)", "curl/8"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", PASSWORD, first_name="Alice")


@pytest.fixture
def family(alice: User) -> Session:
    return open_session(alice)


@pytest.fixture
def token(family: Session) -> str:
    return first_tokens(family).refresh_token


def refresh(token: str, path: str = "refresh", program: str = PHONE_APP) -> Any:
    return post(path, {"refresh_token": token}, program=program)


def used_long_ago(seconds: int = 11) -> None:
    RefreshToken.objects.exclude(used_at=None).update(used_at=Now() - timedelta(seconds=seconds))


def me(access_token: str) -> Any:
    return call("get", "me", token=access_token)


def test_a_token_is_exchanged_for_the_next_pair(
    token: str, family: Session, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # A savepoint and its release, the locked read, the mark, the successor, the session.
    with django_assert_num_queries(6):
        response = refresh(token)

    pair = data_of(response)
    assert set(pair) == {"access_token", "refresh_token", "expires_in"}
    assert pair["refresh_token"] != token
    assert me(pair["access_token"]).status_code == 200
    family.refresh_from_db()
    assert family.expires_at - family.last_used_at == timedelta(days=30)
    assert RefreshToken.objects.filter(used_at=None).count() == 1


def test_the_seeds_alias_and_spelling_work_too(token: str) -> None:
    pair = data_of(post("refresh-token", {"refreshToken": token}, accept=CAMEL))

    assert set(pair) == {"accessToken", "refreshToken", "expiresIn"}


def test_an_expired_access_token_in_the_header_is_no_obstacle(token: str) -> None:
    assert post("refresh", {"refresh_token": token}, token="expired").status_code == 200


def test_nothing_that_signs_in_is_kept_in_clear(token: str) -> None:
    following = data_of(refresh(token))["refresh_token"]

    kept = str(list(RefreshToken.objects.values())) + str(list(Session.objects.values()))
    assert token not in kept
    assert following not in kept


def test_the_same_device_gets_the_same_successor_for_ten_seconds(token: str) -> None:
    """A031, U45."""
    first, second = data_of(refresh(token)), data_of(refresh(token))

    assert first["refresh_token"] == second["refresh_token"]
    assert me(first["access_token"]).status_code == me(second["access_token"]).status_code == 200
    assert RefreshToken.objects.count() == 2


def test_a_used_token_that_comes_back_later_ends_the_family(token: str, family: Session, alice: User) -> None:
    """A032."""
    pair = data_of(refresh(token))
    used_long_ago()

    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")

    family.refresh_from_db()
    assert family.ending == "reuse"
    refused(refresh(pair["refresh_token"]), 401, "AUTHENTICATION_REQUIRED")
    refused(me(pair["access_token"]), 401, "AUTHENTICATION_REQUIRED")
    event = OutboxEvent.objects.get(name="session.revoked")
    assert (event.subject, event.data) == (str(family.pk), {"user_id": str(alice.pk), "reason": "reuse"})
    deliver_due()
    deliver_due()
    assert [told.kind for told in Notification.objects.filter(recipient=alice)] == ["session_revoked"]


def test_another_device_within_the_ten_seconds_ends_the_family(token: str, family: Session) -> None:
    data_of(refresh(token))

    refused(refresh(token, program=ANOTHER), 401, "AUTHENTICATION_REQUIRED")

    family.refresh_from_db()
    assert family.ending == "reuse"


def test_a_grandparent_within_the_ten_seconds_ends_the_family(token: str, family: Session) -> None:
    """A033."""
    data_of(refresh(data_of(refresh(token))["refresh_token"]))

    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")

    family.refresh_from_db()
    assert family.ending == "reuse"


def test_a_theft_ends_only_the_family_it_happened_in(token: str, alice: User) -> None:
    other = first_tokens(open_session(alice)).refresh_token
    data_of(refresh(token))
    used_long_ago()
    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")

    assert refresh(other).status_code == 200


@pytest.mark.parametrize("odd", ["", "x", "x" * 200, "x" * 201, "\u00e9", None, 5, [], "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_is_refused(token: str, odd: Any) -> None:
    assert post("refresh", {"refresh_token": odd}).status_code in {400, 401}
    assert RefreshToken.objects.get().used_at is None


def test_an_access_token_refreshes_nothing(token: str, family: Session) -> None:
    """A027."""
    pair = data_of(refresh(token))

    refused(refresh(pair["access_token"]), 400, "VALIDATION_ERROR")
    refused(me(pair["refresh_token"]), 401, "AUTHENTICATION_REQUIRED")


def test_an_idle_session_expires(token: str, family: Session) -> None:
    Session.objects.filter(pk=family.pk).update(expires_at=Now() - timedelta(seconds=1))

    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")

    # Nobody stole anything.
    assert Session.objects.get().ending == ""


def test_blocked_erased_and_deleted_people_refresh_nothing(token: str, alice: User) -> None:
    """U44: and none of it is a 500."""
    User.objects.filter(pk=alice.pk).update(is_active=False)
    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")
    User.objects.filter(pk=alice.pk).update(is_active=True, erased_at=Now())
    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")
    alice.delete()
    refused(refresh(token), 401, "AUTHENTICATION_REQUIRED")


def test_blocking_ends_every_session_in_its_transaction(alice: User, token: str) -> None:
    """E290, U44, INV-79."""
    dana = User.objects.create_superuser("dana@example.com")
    access = data_of(refresh(token))["access_token"]

    block_user(alice, actor=dana, reason="test")

    refused(me(access), 403, "INSUFFICIENT_PERMISSIONS")
    assert set(Session.objects.filter(user=alice).values_list("ending", flat=True)) == {"blocked"}
    assert OutboxEvent.objects.filter(name="session.revoked").count() == 1


def test_a_key_that_was_replaced_still_knows_its_tokens(token: str, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new one, made at random, we hope"

    following = data_of(refresh(token))["refresh_token"]

    assert data_of(refresh(token))["refresh_token"] == following
    assert refresh(following).status_code == 200


def test_ending_a_session_twice_announces_it_once(family: Session) -> None:
    end_session(family, why=Ending.SIGNED_OUT)
    end_session(family, why=Ending.SIGNED_OUT)

    assert OutboxEvent.objects.filter(name="session.revoked").count() == 1


def race(rounds: int, writers: int) -> None:
    """Everybody sends the newest token at once; afterwards there is one live end, and everybody holds it."""
    user = User.objects.create_user("racer@example.com")
    session = open_session(user)
    newest = first_tokens(session).refresh_token
    for _ in range(rounds):
        given = in_threads(writers, lambda: refresh_tokens(newest, device=Device(agent="phone")).refresh_token)  # noqa: B023 - the threads end within the round
        assert len(set(given)) == 1
        assert RefreshToken.objects.filter(session=session, used_at=None).count() == 1
        newest = given[0]
    assert RefreshToken.objects.filter(session=session).count() == rounds + 1
    [linear] = [known for known in invariants() if known.id == "INV-78"]
    assert check(linear).outcome == "ok"


@pytest.mark.django_db(transaction=True)
def test_parallel_refreshes_never_fork_a_family() -> None:
    """A031."""
    race(rounds=30, writers=8)


@pytest.mark.deep
@pytest.mark.timeout(900)
@pytest.mark.django_db(transaction=True)
def test_sixty_four_parallel_refreshes_never_fork_a_family() -> None:
    race(rounds=1_000, writers=64)


@pytest.mark.django_db(transaction=True)
def test_a_refresh_that_races_with_blocking_leaves_nobody_signed_in() -> None:
    """INV-79: whoever comes first, the other one waits."""
    dana = User.objects.create_superuser("dana@example.com")
    for number in range(10):
        user = User.objects.create_user(f"racer{number}@example.com")
        newest = first_tokens(open_session(user)).refresh_token
        turns = iter([True, False, False, False])

        def act() -> None:
            if next(turns):  # noqa: B023 - the threads end within the round
                block_user(user, actor=dana, reason="race")  # noqa: B023 - as above
                return
            with suppress(InvalidRefreshToken):
                refresh_tokens(newest, device=Device())  # noqa: B023 - as above

        in_threads(4, act)
        assert not Session.objects.live().filter(user=user).exists()
    [nobody] = [known for known in invariants() if known.id == "INV-79"]
    assert check(nobody).outcome == "ok"
