"""Making a service's clients, and remembering who signed in through it."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.enums import KnownBy
from accounts.errors import AccountBlocked, Taken
from accounts.models import KnownPerson, ServiceAccount, User
from common.errors import PermissionDenied

FOUND_BY = ("chat_id", "phone_number")


@dataclass(frozen=True, slots=True)
class NewClient:
    first_name: str
    last_name: str = ""
    chat_id: int | None = None
    phone_number: str | None = None


@transaction.atomic
def register_client(service: ServiceAccount, client: NewClient) -> tuple[KnownPerson, bool]:
    """The service's client with this chat or number, made if it has none; and whether it was made now.

    It is always an account of its own. Whoever has one already, or is another service's client, is not looked for: the
    service could otherwise learn who is a customer here, or act for them by saying their number.
    """
    # Two registrations of one person at once would both find nobody.
    ServiceAccount.objects.select_for_update(no_key=True).filter(pk=service.pk).values_list("pk").get()
    wanted = Q()
    for name in FOUND_BY:
        if getattr(client, name) is not None:
            wanted |= Q(**{name: getattr(client, name)})
    found = list(KnownPerson.objects.registered().select_related("user").filter(wanted, service=service))
    if found:
        return _completed(found, client), False
    user = User(first_name=client.first_name, last_name=client.last_name, is_service_client=True)
    user.set_unusable_password()
    user.save(force_insert=True)
    known = KnownPerson.objects.create(
        service=service,
        user=user,
        how=KnownBy.REGISTERED,
        chat_id=client.chat_id,
        phone_number=client.phone_number,
    )
    return known, True


@transaction.atomic
def remember_sign_in(service: ServiceAccount, user: User, *, chat_id: int | None) -> KnownPerson:
    """From now on the service acts for somebody whose password it was given, until they are signed out everywhere."""
    if user.is_staff or user.is_superuser:
        raise PermissionDenied("Members of staff do not sign in through services.")
    # As for a session: a blocking under way is waited for, and a password that was changed meanwhile counts no more.
    admitted = User.objects.filter(pk=user.pk, is_active=True, erased_at=None, password=user.password)
    if not admitted.update(last_login=Now()):
        raise AccountBlocked
    told = {} if chat_id is None else {"chat_id": chat_id}
    known: KnownPerson
    known, _ = KnownPerson.objects.update_or_create(
        service=service, user=user, defaults={"how": KnownBy.SIGNED_IN, **told}
    )
    return known


def _completed(found: list[KnownPerson], client: NewClient) -> KnownPerson:
    """Adds what was not known of the client; a chat or number that is another's than the one named is refused."""
    known = found[0]
    for name in FOUND_BY:
        said, kept = getattr(client, name), getattr(known, name)
        if len(found) > 1 or (said is not None and kept is not None and said != kept):
            raise Taken.of(name, "The chat and the number belong to different clients of yours.", "TAKEN")
        if kept is None and said is not None:
            setattr(known, name, said)
            known.save(update_fields=[name, "updated_at"])
    return known
