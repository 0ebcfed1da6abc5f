"""Codes to telephones: asked for, sent out of band, and used once.

Asking costs the same for every number. The code and the number stand sealed in the challenge's row until a task, which
alone looks whether anybody is to get it, hands them to the notifications.
"""

import logging
import secrets
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Now

from accounts.enums import Purpose
from accounts.errors import NoCodesThere, WrongCode
from accounts.keyed_hashes import is_hash_of, keyed_hash
from accounts.models import OtpChallenge, User
from accounts.models.otp import LONGEST_LIFE
from accounts.phones import block_of, is_assigned, may_receive_codes
from common.errors import RateLimitExceeded
from common.ids import new_id
from common.platform import platform_settings
from common.queue import enqueue
from common.rate_limits import Limit, require
from notifications.catalogue import FALLBACK
from notifications.enums import Channel
from notifications.errors import ChannelOff
from notifications.sealing import Unopenable, opened, seal
from notifications.services import send_code as hand_over

logger = logging.getLogger(__name__)

HOUR, DAY = 3_600, 86_400
BATCH = 50
DELIVER_TASK = "accounts.deliver_codes"
# Somebody who has to wait out a day of wrong codes may ask how things stand every hour.
COOL_OFF_SECONDS = HOUR
KINDS = {
    Purpose.LOGIN: "sign_in_code",
    Purpose.RESET_PASSWORD: "password_reset_code",
    Purpose.VERIFY_PHONE: "phone_verification_code",
}


def send_code(phone_number: str, purpose: Purpose, *, network: str) -> int:
    """Makes the code of this phone and purpose, in place of an earlier one; says for how many seconds it is good."""
    if not may_receive_codes(phone_number, settings.OTP_COUNTRIES):
        raise NoCodesThere
    require(*_limits(phone_number, network))
    figures = platform_settings()
    life = min(timedelta(minutes=figures.otp_minutes), LONGEST_LIFE)
    code = f"{secrets.randbelow(10**figures.otp_digits):0{figures.otp_digits}}"
    challenge_id, phone_hash = new_id(), keyed_hash("phone", phone_number)
    with transaction.atomic():
        _one_at_a_time(phone_hash)
        OtpChallenge.objects.standing().filter(phone_hash=phone_hash, purpose=purpose).update(
            superseded_at=Now(), sealed=None, updated_at=Now()
        )
        OtpChallenge.objects.create(
            id=challenge_id,
            phone_hash=phone_hash,
            purpose=purpose,
            code_hash=keyed_hash("code", f"{challenge_id} {code}"),
            max_attempts=figures.otp_attempts,
            # Both by the database's clock, which also decides when the code is too old.
            created_at=Now(),
            expires_at=Now() + life,
            sealed=seal(challenge_id, {"phone_number": phone_number, "code": code}),
        )
        enqueue(DELIVER_TASK)
    return int(life.total_seconds())


def use_code(phone_number: str, purpose: Purpose, code: str) -> None:
    """Accepts the code once, or raises WrongCode; RateLimitExceeded after too many wrong ones in a day."""
    phone_hash = keyed_hash("phone", phone_number)
    with transaction.atomic():
        _one_at_a_time(phone_hash)
        _refuse_after_many_misses(phone_hash)
        right = _is_right(phone_hash, purpose, code)
    # Raised outside, so that the attempt stays counted.
    if not right:
        raise WrongCode


def deliver_codes() -> None:
    """Hands every sealed code to the notifications, once; codes that nobody is to get are forgotten."""
    while _deliver_batch():
        pass


def _is_right(phone_hash: str, purpose: Purpose, code: str) -> bool:
    challenge = OtpChallenge.objects.live().filter(phone_hash=phone_hash, purpose=purpose).first()
    if challenge is None:
        # The same work as with a challenge.
        keyed_hash("code", f"{new_id()} {code}")
        return False
    # Counted before it is compared, and only while there is room: guesses side by side share the same few attempts.
    counted = OtpChallenge.objects.filter(pk=challenge.pk, attempts__lt=F("max_attempts")).update(
        attempts=F("attempts") + 1, updated_at=Now()
    )
    if not is_hash_of(challenge.code_hash, "code", f"{challenge.pk} {code}") or not counted:
        return False
    used = OtpChallenge.objects.standing().filter(pk=challenge.pk).update(consumed_at=Now(), sealed=None)
    return bool(used)


def _one_at_a_time(phone_hash: str) -> None:
    """Codes of one phone are made and tried one after the other, in this transaction's lifetime."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"accounts.code {phone_hash}"])


def _refuse_after_many_misses(phone_hash: str) -> None:
    of_a_day = OtpChallenge.objects.filter(phone_hash=phone_hash, created_at__gt=Now() - timedelta(days=1))
    tally = of_a_day.aggregate(tried=Sum("attempts"), right=Count("consumed_at"))
    if (tally["tried"] or 0) - tally["right"] >= platform_settings().otp_daily_attempts:
        raise RateLimitExceeded(retry_after=COOL_OFF_SECONDS)


def _limits(phone_number: str, network: str) -> list[Limit]:
    """Whatever cannot be counted is refused: each code costs money and is a chance to guess."""
    figures = platform_settings()
    return [
        Limit("otp-phone", phone_number, figures.otps_per_phone_hour, HOUR, fails_closed=True),
        Limit("otp-ip", network, figures.otps_per_ip_hour, HOUR, fails_closed=True),
        # Many numbers of one block at a time are somebody who earns by each message.
        Limit("otp-block", block_of(phone_number), settings.OTP_PER_BLOCK_HOUR, HOUR, fails_closed=True),
        Limit("otp-all", "all", settings.OTP_PER_DAY, DAY, fails_closed=True),
    ]


@transaction.atomic
def _deliver_batch() -> int:
    batch = list(
        OtpChallenge.objects.undelivered()
        .order_by("created_at")
        .select_for_update(skip_locked=True, no_key=True)[:BATCH]
    )
    for challenge in batch:
        try:
            _deliver(challenge)
        except (ChannelOff, Unopenable) as error:
            # No provider, or the key is gone: it would fail again for as long as the code lives.
            logger.error("a code could not be sent", extra={"error": type(error).__name__})  # noqa: TRY400 - known why
    OtpChallenge.objects.filter(pk__in=[challenge.pk for challenge in batch]).update(sealed=None, updated_at=Now())
    return len(batch)


def _deliver(challenge: OtpChallenge) -> None:
    content = opened(challenge.pk, bytes(challenge.sealed or b""))
    purpose, phone_number = Purpose(challenge.purpose), content["phone_number"]
    owner = User.objects.filter(phone_number=phone_number).first()
    if not (is_assigned(phone_number) and _is_wanted(owner, purpose)):
        return
    language = owner.language if owner else FALLBACK
    minutes = round((challenge.expires_at - challenge.created_at).total_seconds() / 60)
    hand_over(
        phone_number, Channel.SMS, KINDS[purpose], {"code": content["code"], "minutes": minutes}, language=language
    )


def _is_wanted(owner: User | None, purpose: Purpose) -> bool:
    """Blocked people get no code to sign in, and only a proven phone gets one that opens an account's password."""
    if purpose is Purpose.RESET_PASSWORD:
        return owner is not None and owner.is_active and owner.phone_verified_at is not None
    return purpose is Purpose.VERIFY_PHONE or owner is None or owner.is_active
