"""What is kept of a person here, and how it is erased."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.db.models import F, Q
from django.db.models.functions import Now
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.avatar_files import avatar_url
from accounts.keyed_hashes import keyed_hashes
from accounts.models import (
    Address,
    KnownPerson,
    OtpChallenge,
    PasswordReset,
    RefreshToken,
    ServiceAccount,
    Session,
    User,
)
from common import clock
from common.events import publish
from common.models import IdempotencyRecord
from common.personal_data import PersonalData, plain_rows

# Every column of a user is in one of the two; a test fails for a new one until it is decided.
ERASED_COLUMNS = (
    "email",
    "phone_number",
    "telegram_id",
    "first_name",
    "last_name",
    "language",
    "currency",
    "timezone",
    "avatar",
    "password",
    "last_login",
    "phone_verified_at",
    "email_verified_at",
    "is_active",
    "is_superuser",
    "group_names",
)
# That there was an account, and until when: bookings and the ledger refer to it.
KEPT_COLUMNS = ("id", "created_at", "updated_at", "erased_at", "is_staff", "is_service_client")

_USER = ("email", "phone_number", "telegram_id", "first_name", "last_name", "language", "currency", "timezone")
_TIMES = ("last_login", "phone_verified_at", "email_verified_at", "created_at")
_ADDRESS = ("name", "address_line1", "address_line2", "city", "state", "pincode", "lat", "lng", "place_id")


def export(user: Any) -> dict[str, Any]:
    person = User.objects.filter(pk=user.pk)
    profile = plain_rows(person, *_USER, *_TIMES, "group_names", "avatar")[0]
    profile["avatar"] = avatar_url(profile["avatar"])
    return {
        "profile": profile,
        "addresses": plain_rows(Address.objects.visible_to(user), *_ADDRESS, "is_default", "created_at"),
        "services": plain_rows(ServiceAccount.objects.filter(owner=user.pk), "name", "scopes", "created_at"),
        "known_to": plain_rows(
            KnownPerson.objects.filter(user=user.pk).annotate(name=F("service__name")),
            *("name", "how", "chat_id", "phone_number", "created_at"),
        ),
        "sessions": plain_rows(
            Session.objects.filter(user=user.pk), "platform", "user_agent", "network", "created_at", "last_used_at"
        ),
    }


def erase(user: Any) -> None:
    """Leaves an empty row that nobody can sign in to. Ended sessions stay for a while, without device and network."""
    person = User.objects.get(pk=user.pk)
    if person.phone_number:
        OtpChallenge.objects.filter(phone_hash__in=keyed_hashes("phone", str(person.phone_number))).delete()
    Address.objects.filter(user=person.pk).delete()
    PasswordReset.objects.filter(user=person.pk).delete()
    KnownPerson.objects.filter(user=person.pk).delete()
    StaticDevice.objects.filter(user=person.pk).delete()
    TOTPDevice.objects.filter(user=person.pk).delete()
    # Their own keys, and those of services that acted for them.
    own = Q(principal=f"{User._meta.label_lower}:{person.pk}") | Q(principal__endswith=f"/{person.pk}")
    IdempotencyRecord.objects.filter(own).delete()
    ServiceAccount.objects.filter(owner=person.pk).update(owner=None, updated_at=Now())
    RefreshToken.objects.filter(session__user=person.pk).delete()
    Session.objects.filter(user=person.pk).update(user_agent="", network="")
    person.groups.clear()
    person.user_permissions.clear()
    _empty(person)


def _empty(person: User) -> None:
    if person.avatar:
        publish("avatar.discarded", person.avatar, {})
    blank = User()
    for name in ERASED_COLUMNS:
        setattr(person, name, getattr(blank, name))
    person.password = make_password(None)
    person.is_active = False
    person.erased_at = clock.now()
    person.save(update_fields=[*ERASED_COLUMNS, "erased_at"])


PERSONAL_DATA = PersonalData("account", export=export, erase=erase)
