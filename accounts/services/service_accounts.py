"""Keys of services: made, replaced, revoked, and remembered when they were used last.

A rotation makes a second key beside the first: both open the door until the client has changed over, the old one for
a day at most. Revoking is at once. Key and secret are shown by whoever called, once; they can be read nowhere later.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Least, Now
from redis.exceptions import RedisError

from accounts.keyed_hashes import digest_of, keyed_hash
from accounts.models import ServiceAccount, ServiceKey, User
from accounts.service_tokens import KEY_PREFIX, LEEWAY_SECONDS, MAX_LIFE_SECONDS, shown_part
from common import audit, clock
from common.errors import BusinessRuleViolation, ServiceUnavailable
from common.ids import new_id
from common.redis import redis_client
from notifications.sealing import Unopenable, opened, seal

OVERLAP = timedelta(hours=24)
# Often enough to see whether a key is in use, seldom enough to cost nothing.
NOTED_EVERY = timedelta(minutes=1)
SECRET_BYTES = 32
RETRY_SECONDS = 5


@dataclass(frozen=True, slots=True)
class NewKey:
    """What the client needs, in the only moment it can be read."""

    service_id: UUID
    key: str
    secret: str
    prefix: str


@transaction.atomic
def rotate_key(service: ServiceAccount, *, actor: User, reason: str) -> NewKey:
    """A new key, or the first one. The one before works on for a day; older ones end now, so two work at most."""
    service = ServiceAccount.objects.select_for_update(no_key=True).get(pk=service.pk)
    with audit.acting(actor, reason=reason):
        _end(service.keys.filter(expires_at__isnull=False))
        service.keys.filter(expires_at=None, revoked_at=None).update(expires_at=Now() + OVERLAP, updated_at=Now())
        return add_key(service, key=KEY_PREFIX + secrets.token_urlsafe(SECRET_BYTES))


@transaction.atomic
def revoke_keys(service: ServiceAccount, *, actor: User, reason: str) -> int:
    """Ends all keys of a service with its very next request; says how many there were."""
    service = ServiceAccount.objects.select_for_update(no_key=True).get(pk=service.pk)
    with audit.acting(actor, reason=reason):
        ended = _end(service.keys.all())
    if not ended:
        raise BusinessRuleViolation("This service has no key.")
    return ended


def add_key(service: ServiceAccount, *, key: str, secret: str = "") -> NewKey:
    """Keeps a key that was made elsewhere, such as the demo's. The service must have no standing one."""
    key_id, secret = new_id(), secret or secrets.token_urlsafe(SECRET_BYTES)
    ServiceKey.objects.create(
        id=key_id,
        service=service,
        prefix=shown_part(key),
        key_hash=keyed_hash("service-key", key),
        sealed_secret=seal(key_id, {"secret": secret}),
    )
    return NewKey(service.pk, key, secret, shown_part(key))


def signing_secret(key: ServiceKey) -> str | None:
    """None if the platform's own keys were replaced and this one was not used meanwhile."""
    try:
        return str(opened(key.pk, bytes(key.sealed_secret or b""))["secret"])
    except Unopenable:
        return None


def note_use(key: ServiceKey, *, raw: str = "") -> None:
    """Remembers the minute of the last use; `raw` is the key itself where the client sent it.

    While SECRET_KEY is being replaced, what a former one hashed and sealed is made anew here, so that keys in use
    outlive the rotation.
    """
    if key.last_used_at is not None and key.last_used_at > clock.now() - NOTED_EVERY:
        return
    due = Q(last_used_at=None) | Q(last_used_at__lte=Now() - NOTED_EVERY)
    unchanged = ServiceKey.objects.filter(due, pk=key.pk, key_hash=key.key_hash)
    unchanged.update(last_used_at=Now(), **(_renewed(key, raw) if settings.SECRET_KEY_FALLBACKS else {}))


def accept_once(service_id: UUID, token_id: str) -> bool:
    """False if the service sent a token with this id before and it could still be good."""
    name = f"service-token:{digest_of(f'{service_id} {token_id}'.encode())}"
    try:
        return bool(redis_client().set(name, 1, nx=True, ex=MAX_LIFE_SECONDS + 2 * LEEWAY_SECONDS))
    except RedisError as error:
        # The client asked that a copy be refused, and nobody can tell now whether this is one.
        raise ServiceUnavailable(retry_after=RETRY_SECONDS) from error


def forget_spent_keys() -> int:
    """Takes hash and secret from keys whose time is over."""
    return ServiceKey.objects.spent().update(key_hash=None, sealed_secret=None, updated_at=Now())


def _end(keys: QuerySet[ServiceKey]) -> int:
    return keys.filter(revoked_at=None).update(
        revoked_at=Now(),
        expires_at=Least(F("expires_at"), Now()),
        key_hash=None,
        sealed_secret=None,
        updated_at=Now(),
    )


def _renewed(key: ServiceKey, raw: str) -> dict[str, str | bytes]:
    secret = signing_secret(key)
    renewed: dict[str, str | bytes] = {"sealed_secret": seal(key.pk, {"secret": secret})} if secret else {}
    return renewed | ({"key_hash": keyed_hash("service-key", raw)} if raw else {})
