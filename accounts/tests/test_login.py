"""Signing in with a password, and what guessing it costs."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.enums import Role
from accounts.hashers import LeanArgon2Hasher
from accounts.models import Session, User
from accounts.services import join
from accounts.services.sign_in import _nobodys_password
from accounts.tests.calls import PASSWORD, data_of, post
from common.tests.probe.client import detail_codes, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", PASSWORD, first_name="Alice")


def login(email: Any = "alice@example.com", password: Any = PASSWORD, **more: Any) -> Any:
    return post("login", {"email": email, "password": password, **more})


def test_the_right_password_opens_a_session_of_its_own(
    alice: User, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    # Without the figures of other apps: each of them asks one query more.
    settings.PROFILE_FACTS = []
    # The user, a savepoint and its release, the last login, groups, session and refresh token.
    with django_assert_num_queries(7):
        response = login(platform="telegram_bot")

    data = data_of(response)
    session = Session.objects.get()
    assert set(data) == {"user", "tokens"}
    assert data["user"]["id"] == str(alice.pk)
    assert (session.user, session.platform, session.revoked_at) == (alice, "telegram_bot", None)
    assert session.network == "127.0.0.1"


def test_the_address_may_be_written_in_capitals(alice: User) -> None:
    assert login(" ALICE@example.com").status_code == 200


@pytest.mark.parametrize("email", ["alice@example.com", "nobody@example.com", "carol@example.com", "gone@example.com"])
def test_every_miss_is_told_the_same(alice: User, email: str) -> None:
    User.objects.create_user("carol@example.com", None)
    User.objects.create_user("gone@example.com", PASSWORD, erased_at="2024-01-20T00:00:00Z", is_active=False)

    error = refused(login(email, "a wrong one"), 401, "AUTHENTICATION_REQUIRED")

    assert error["message"] == "The e-mail address or the password is not right."
    assert detail_codes(error) == {"": "WRONG_CREDENTIALS"}
    assert not Session.objects.exists()


def test_who_is_blocked_is_told_so_only_with_the_right_password(alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)

    error = refused(login(), 403, "INSUFFICIENT_PERMISSIONS")

    assert detail_codes(error) == {"": "ACCOUNT_BLOCKED"}
    refused(login(password="a wrong one"), 401, "AUTHENTICATION_REQUIRED")
    assert not Session.objects.exists()


class CountedHasher(MD5PasswordHasher):
    """Counts how often a password is hashed, which in production is what a sign-in costs."""

    algorithm = "counted"
    times = 0

    def encode(self, password: str, salt: str) -> str:
        CountedHasher.times += 1
        encoded: str = super().encode(password, salt)
        return encoded


@pytest.fixture
def hashed(settings: Settings, alice: User) -> Iterator[type[CountedHasher]]:
    # The process keeps the hash that unknown accounts are compared with; another hasher could not read it.
    _nobodys_password.cache_clear()
    settings.PASSWORD_HASHERS = [f"{__name__}.CountedHasher"]
    alice.set_password(PASSWORD)
    alice.save()
    CountedHasher.times = 0
    yield CountedHasher
    _nobodys_password.cache_clear()


def test_an_unknown_account_is_hashed_for_like_a_known_one(hashed: type[CountedHasher]) -> None:
    """A046: who asks cannot tell by the time whether an account exists."""
    # The first miss of a process also makes the hash that those of nobody are compared with.
    refused(login("nobody@example.com", "a wrong one"), 401, "AUTHENTICATION_REQUIRED")
    hashed.times = 0

    refused(login("alice@example.com", "a wrong one"), 401, "AUTHENTICATION_REQUIRED")
    known, hashed.times = hashed.times, 0
    refused(login("nobody@example.com", "a wrong one"), 401, "AUTHENTICATION_REQUIRED")

    assert (known, hashed.times) == (1, 1)


class DearerHasher(LeanArgon2Hasher):
    """Another cost, such as the platform may have asked once."""

    time_cost = 3


def test_a_hash_of_another_cost_is_written_anew_at_the_next_sign_in(alice: User, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["accounts.hashers.LeanArgon2Hasher"]
    alice.password = DearerHasher().encode(PASSWORD, "0123456789abcdef")
    alice.save()

    refused(login(password="a wrong one"), 401, "AUTHENTICATION_REQUIRED")
    alice.refresh_from_db()
    assert "$m=19456,t=3,p=1$" in alice.password
    assert login().status_code == 200

    alice.refresh_from_db()
    assert alice.password.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")
    assert alice.check_password(PASSWORD)


def test_five_misses_lock_the_account_for_that_network(alice: User) -> None:
    User.objects.create_user("bob@example.com", PASSWORD)
    for _ in range(5):
        refused(login(password="a wrong one"), 401, "AUTHENTICATION_REQUIRED")

    locked = login()

    refused(locked, 429, "RATE_LIMIT_EXCEEDED")
    assert 800 < int(locked["Retry-After"]) <= 900
    refused(login("Alice@EXAMPLE.com"), 429, "RATE_LIMIT_EXCEEDED")
    assert login("bob@example.com").status_code == 200
    assert not Session.objects.filter(user=alice).exists()


def test_a_success_forgets_the_misses_before_it(alice: User) -> None:
    for _ in range(3):
        for _ in range(4):
            refused(login(password="a wrong one"), 401, "AUTHENTICATION_REQUIRED")
        assert login().status_code == 200


@pytest.mark.parametrize("password", ["x" * 129, "x" * 1_000_000, "nul\x00", "\ud800", None, 5, ["x"], ""])
def test_a_password_made_to_hurt_is_refused_before_it_is_hashed(hashed: type[CountedHasher], password: Any) -> None:
    """A059."""
    response = login(password=password)

    assert response.status_code in {400, 413}
    assert hashed.times == 0


@pytest.mark.parametrize("password", ["pässwörd mit emoji 🗝️", " leading and trailing ", "ﬁ ligature stays"])
def test_unusual_characters_are_part_of_a_password(password: str) -> None:
    User.objects.create_user("bob@example.com", password)

    assert login("bob@example.com", password).status_code == 200
    refused(login("bob@example.com", password.strip() + "x"), 401, "AUTHENTICATION_REQUIRED")


def test_unknown_platforms_are_refused(alice: User) -> None:
    error = refused(login(platform="fridge"), 400, "VALIDATION_ERROR")

    assert set(detail_codes(error)) == {"platform"}


def test_staff_give_their_second_factor_here_too(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    dana = User.objects.create_user("dana@example.com", PASSWORD, is_staff=True)
    device = TOTPDevice.objects.create(user=dana, name="phone", confirmed=True)

    error = refused(login("dana@example.com"), 401, "AUTHENTICATION_REQUIRED")
    assert detail_codes(error) == {"otp_code": "SECOND_FACTOR_REQUIRED"}
    code = f"{totp(device.bin_key):06}"
    assert login("dana@example.com", otp_code=code).status_code == 200
    # Used once.
    refused(login("dana@example.com", otp_code=code), 401, "AUTHENTICATION_REQUIRED")


def test_a_wrong_second_factor_stays_counted(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True
    dana = User.objects.create_user("dana@example.com", PASSWORD, is_staff=True)
    device = TOTPDevice.objects.create(user=dana, name="phone", confirmed=True)

    refused(login("dana@example.com", otp_code="000000"), 401, "AUTHENTICATION_REQUIRED")

    device.refresh_from_db()
    assert device.throttling_failure_count == 1


@pytest.mark.parametrize(("role", "is_staff", "days"), [(None, False, 30), (Role.PARTNERS, False, 7), (None, True, 7)])
def test_partners_and_staff_are_asked_again_sooner(role: Role | None, is_staff: bool, days: int) -> None:
    bob = User.objects.create_user("bob@example.com", PASSWORD, is_staff=is_staff)
    if role:
        join(bob, role)

    login("bob@example.com")

    session = Session.objects.get()
    assert (session.expires_at - session.last_used_at).days == days
