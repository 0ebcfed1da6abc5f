"""Letting people in: by password, by a code to their phone. Telegram has a room of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.devices import Device
from accounts.enums import Ending, Purpose, Role
from accounts.errors import AccountBlocked, WrongCredentials
from accounts.models import Session, User, normal_email
from accounts.services.codes import use_code
from accounts.services.second_factor import require_second_factor
from accounts.services.sessions import end_sessions
from accounts.services.tokens import Tokens, first_tokens, idle_limit
from common import clock
from common.errors import ServiceUnavailable

# A number that nobody signed in with for so long may belong to somebody else by now.
DORMANT_AFTER = timedelta(days=365)
# Each takes tens of megabytes and of milliseconds; more at a time would only make everybody wait.
MOST_HASHES_AT_ONCE = 4
HASH_WAIT_SECONDS = 3

_hashing = threading.BoundedSemaphore(MOST_HASHES_AT_ONCE)


@dataclass(frozen=True, slots=True)
class SignedIn:
    user: User
    tokens: Tokens
    roles: frozenset[str]
    is_new_user: bool = False


def sign_in_with_password(email: str, password: str, *, device: Device, second_factor: str = "") -> SignedIn:
    user = person_with_password(email, password)
    # Outside of the session's transaction, so that a wrong code stays counted.
    require_second_factor(user, second_factor)
    return start_session(user, device=device)


def person_with_password(email: str, password: str) -> User:
    """Whose they are. Costs one slow hash whether or not there is such an account; refuses the blocked."""
    user: User | None = User.objects.filter(email=normal_email(email), erased_at=None).first()
    if not _is_password_of(user, password) or user is None:
        raise WrongCredentials
    if not user.is_active:
        raise AccountBlocked
    return user


def sign_in_with_code(phone_number: str, code: str, *, device: Device) -> SignedIn:
    """Signs in whoever holds the phone, and makes them an account if it has none."""
    use_code(phone_number, Purpose.LOGIN, code)
    with transaction.atomic():
        user, is_new = _account_of(phone_number)
        require_second_factor(user, "")
        return start_session(user, device=device, is_new_user=is_new)


@transaction.atomic
def start_session(user: User, *, device: Device, is_new_user: bool = False) -> SignedIn:
    """Opens a session for somebody who has proven who they are; refuses the blocked and the erased.

    Writing to the user's row takes it: a blocking under way is waited for, and one that comes later ends this session.
    """
    admitted = User.objects.filter(pk=user.pk, is_active=True, erased_at=None).update(last_login=Now())
    if not admitted:
        raise AccountBlocked
    roles = frozenset(user.groups.values_list("name", flat=True))
    short_lived = user.is_staff or Role.PARTNERS in roles
    session = Session.objects.create(
        user=user,
        platform=device.platform,
        user_agent=device.agent,
        network=device.network,
        short_lived=short_lived,
        last_used_at=Now(),
        expires_at=Now() + idle_limit(user, short_lived=short_lived),
    )
    return SignedIn(user, first_tokens(session), roles, is_new_user)


@contextmanager
def slow_hash() -> Iterator[None]:
    """Bounds how many passwords are hashed at once, so that a flood of logins costs the platform no more than that."""
    if not _hashing.acquire(timeout=HASH_WAIT_SECONDS):
        raise ServiceUnavailable(retry_after=HASH_WAIT_SECONDS)
    try:
        yield
    finally:
        _hashing.release()


def release_number(user: User) -> None:
    """Takes the phone from an account, because somebody else has proven to hold it.

    An account that nothing else leads to is closed: what it holds is not shown to the number's next owner.
    """
    user.phone_number = None
    user.phone_verified_at = None
    user.is_active = user.is_active and user.has_another_way_in
    user.save(update_fields=["phone_number", "phone_verified_at", "is_active"])
    end_sessions(user, why=Ending.NUMBER_PASSED_ON)


def _is_password_of(user: User | None, password: str) -> bool:
    known = user is not None and user.has_usable_password()
    with slow_hash():
        if user is not None and known:
            return user.check_password(password)
        check_password(password, _nobodys_password())
    return False


@cache
def _nobodys_password() -> str:
    return make_password("nobody has this password")


def _account_of(phone_number: str) -> tuple[User, bool]:
    user = User.objects.select_for_update(no_key=True).filter(phone_number=phone_number).first()
    if user is not None and not user.is_active:
        raise AccountBlocked
    if user is not None and _is_somebody_elses(user):
        release_number(user)
        user = None
    if user is None:
        return _new_account(phone_number)
    if user.phone_verified_at is None:
        user.phone_verified_at = clock.now()
        user.save(update_fields=["phone_verified_at"])
    return user, False


def _is_somebody_elses(user: User) -> bool:
    """True if the number was only claimed by an account with other doors, or if its owner has long been away."""
    if user.phone_verified_at is None and user.has_another_way_in:
        return True
    last_seen = user.last_login or user.created_at
    return last_seen < clock.now() - DORMANT_AFTER


def _new_account(phone_number: str) -> tuple[User, bool]:
    try:
        with transaction.atomic():
            user = User.objects.create_user(phone_number=phone_number, phone_verified_at=clock.now())
    except IntegrityError:
        # Another request of the same person was faster.
        return User.objects.get(phone_number=phone_number), False
    return user, True
