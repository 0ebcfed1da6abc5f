"""Setting a new password: by a mailed link, after a code to the phone, or knowing the old one."""

import base64
import binascii
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from accounts.enums import Ending, Purpose
from accounts.errors import AccountBlocked, InvalidResetToken, WrongCredentials
from accounts.keyed_hashes import is_hash_of, keyed_hash
from accounts.models import PasswordReset, SessionId, User, normal_email
from accounts.services.codes import use_code
from accounts.services.register import require_good_password
from accounts.services.sessions import end_sessions
from accounts.services.sign_in import slow_hash
from common import clock
from common.errors import BusinessRuleViolation
from common.ids import new_id
from common.platform import platform_settings
from common.queue import enqueue
from notifications.enums import Channel
from notifications.services import notify
from notifications.services import send_code as hand_over

BATCH = 50
MAIL_TASK = "accounts.mail_password_links"
AFTER_CODE = timedelta(minutes=10)


def ask_for_link(email: str) -> None:
    """Has a link mailed if there is such an account. Asking costs the same and answers nothing either way."""
    user = User.objects.filter(email=normal_email(email)).first()
    with transaction.atomic():
        PasswordReset.objects.create(user=user, by_mail=True, expires_at=Now() + _link_life())
        enqueue(MAIL_TASK)


def exchange_code(phone_number: str, code: str) -> str:
    """Turns a code to the phone of an account into a token that resets its password."""
    use_code(phone_number, Purpose.RESET_PASSWORD, code)
    user = User.objects.filter(phone_number=phone_number).first()
    if user is None or not user.is_active or user.phone_verified_at is None:
        raise InvalidResetToken
    return _token_of(PasswordReset.objects.create(user=user, expires_at=Now() + AFTER_CODE, sent_at=Now()))


def reset_password(token: str, new_password: str) -> User:
    """Sets the password and signs the person out everywhere. The token is used up only if the password is good."""
    reset = PasswordReset.objects.live().select_related("user").filter(pk=_row_of(token)).first()
    if reset is None or reset.user is None:
        raise InvalidResetToken
    if not reset.user.is_active or reset.user.erased_at:
        raise AccountBlocked
    require_good_password(new_password, reset.user, field="new_password")
    hashed = _hashed(reset.user, new_password)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=reset.user.pk)
        if not PasswordReset.objects.live().filter(pk=reset.pk).update(used_at=Now(), updated_at=Now()):
            raise InvalidResetToken
        if reset.by_mail and user.email_verified_at is None:
            user.email_verified_at = clock.now()
        return _set_password(user, hashed, keep=None)


def change_password(user: User, current_password: str, new_password: str, *, session_id: SessionId) -> User:
    """Sets the password of somebody who knows the present one; their other devices are signed out."""
    if not user.has_usable_password():
        raise BusinessRuleViolation.of(
            "current_password", "This account has no password yet. Set one by link or code.", "NO_PASSWORD"
        )
    with slow_hash():
        if not user.check_password(current_password):
            raise WrongCredentials.of("current_password", "The present password is not right.", "WRONG_CREDENTIALS")
    require_good_password(new_password, user, field="new_password")
    hashed = _hashed(user, new_password)
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        return _set_password(user, hashed, keep=session_id)


def mail_links() -> None:
    """Mails every link that waits, once; what was asked for unknown or blocked accounts is forgotten."""
    while _mail_batch():
        pass


@transaction.atomic
def _mail_batch() -> int:
    waiting = PasswordReset.objects.live().filter(by_mail=True, sent_at=None).order_by("created_at")
    batch = list(waiting.select_for_update(of=("self",), skip_locked=True, no_key=True).select_related("user")[:BATCH])
    for reset in batch:
        if reset.user and reset.user.email and reset.user.is_active:
            hand_over(reset.user.email, Channel.EMAIL, "password_reset_link", _values_of(reset))
    PasswordReset.objects.filter(pk__in=[reset.pk for reset in batch]).update(sent_at=Now(), updated_at=Now())
    return len(batch)


def _values_of(reset: PasswordReset) -> dict[str, str | int]:
    # Behind the #, so that the token reaches no server's log and no other site's Referer.
    link = f"{settings.PASSWORD_RESET_URL}#token={_token_of(reset)}"
    return {"link": link, "minutes": round(_link_life().total_seconds() / 60)}


def _link_life() -> timedelta:
    return timedelta(minutes=platform_settings().password_link_minutes)


def _hashed(user: User, password: str) -> str:
    with slow_hash():
        user.set_password(password)
    return user.password


def _set_password(user: User, hashed: str, *, keep: SessionId | None) -> User:
    user.password = hashed
    user.save(update_fields=["password", "email_verified_at"])
    PasswordReset.objects.filter(user=user, used_at=None).update(used_at=Now(), updated_at=Now())
    end_sessions(user, why=Ending.PASSWORD, keep=keep)
    notify(user, "password_changed", {"at": clock.now()}, event_key=f"password_changed {new_id()}")
    return user


def _token_of(reset: PasswordReset) -> str:
    row = base64.urlsafe_b64encode(reset.pk.bytes).rstrip(b"=").decode()
    return f"{row}.{keyed_hash('password reset', str(reset.pk))}"


def _row_of(token: str) -> UUID:
    """The row that a token of ours names; whatever else somebody sends is refused before the database is asked."""
    row, _, signature = token.partition(".")
    try:
        reset_id = UUID(bytes=base64.b64decode(row.encode("ascii") + b"==", altchars=b"-_", validate=True))
    except (binascii.Error, ValueError) as error:
        raise InvalidResetToken from error
    if not signature.isascii() or not is_hash_of(signature, "password reset", str(reset_id)):
        raise InvalidResetToken
    return reset_id
