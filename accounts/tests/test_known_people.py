"""Whom services know of their own: clients they registered, and people who signed in through them."""

from typing import Any

import pytest
from django.db import IntegrityError

from accounts.devices import Device
from accounts.enums import Ending, KnownBy
from accounts.errors import AccountBlocked, Taken
from accounts.models import KnownPerson, ServiceAccount, User
from accounts.selectors import is_known_to
from accounts.services import NewClient, end_sessions, register_client, remember_sign_in, sign_in_with_code
from accounts.tests.calls import PHONE, code_for
from accounts.tests.services_cast import clinic, person
from common.errors import PermissionDenied
from common.models import AuditEntry
from common.personal_data import erase_person, export_person
from common.tests.threads import in_threads

pytestmark = pytest.mark.django_db

CHAT = 123456789


@pytest.fixture
def service() -> ServiceAccount:
    return clinic()


def registered(service: ServiceAccount, name: str = "John", **said: Any) -> KnownPerson:
    return register_client(service, NewClient(name, **said))[0]


def test_a_client_is_found_again_by_chat_and_by_number(service: ServiceAccount) -> None:
    first, is_new = register_client(service, NewClient("John", "Doe", chat_id=CHAT))
    completed = registered(service, "Johnny", chat_id=CHAT, phone_number=PHONE)
    again, is_new_again = register_client(service, NewClient("John", phone_number=PHONE))

    assert (is_new, is_new_again) == (True, False)
    assert first.pk == completed.pk == again.pk
    assert (again.chat_id, again.phone_number, again.user.first_name) == (CHAT, PHONE, "John")
    assert User.objects.count() == 1


def test_chat_and_number_of_two_clients_are_refused_and_change_nothing(service: ServiceAccount) -> None:
    registered(service, chat_id=CHAT, phone_number=PHONE)
    registered(service, chat_id=CHAT + 1)
    before = list(KnownPerson.objects.order_by("pk").values())

    for chat_of_another in (CHAT + 1, CHAT + 2):
        with pytest.raises(Taken):
            registered(service, chat_id=chat_of_another, phone_number=PHONE)

    assert list(KnownPerson.objects.order_by("pk").values()) == before
    assert User.objects.count() == 2


def test_nobodys_account_is_taken_over_by_saying_their_number_or_telegram_id(service: ServiceAccount) -> None:
    """E286."""
    alice = person("Alice", phone_number=PHONE, telegram_id=CHAT)
    before = User.objects.filter(pk=alice.pk).values().get()

    known = registered(service, "Alice", chat_id=CHAT, phone_number=PHONE)

    assert known.user_id != alice.pk
    assert (known.user.phone_number, known.user.telegram_id, known.user.email) == (None, None, None)
    assert User.objects.filter(pk=alice.pk).values().get() == before
    assert not is_known_to(service, alice.pk)


def test_a_number_stays_free_for_whoever_proves_to_hold_it(service: ServiceAccount) -> None:
    known = registered(service, phone_number=PHONE)

    alice = sign_in_with_code(PHONE, code_for(PHONE), device=Device()).user

    assert alice.pk != known.user_id
    assert not is_known_to(service, alice.pk)


def test_services_have_clients_of_their_own(service: ServiceAccount) -> None:
    other = clinic(name="Call centre")

    ours, theirs = (registered(each, chat_id=CHAT, phone_number=PHONE) for each in (service, other))

    assert ours.user_id != theirs.user_id
    assert [is_known_to(service, each.user_id) for each in (ours, theirs)] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_of_many_registrations_at_once_one_makes_the_client(service: ServiceAccount) -> None:
    known = in_threads(6, lambda: registered(service, chat_id=CHAT, phone_number=PHONE).pk)

    assert len(set(known)) == 1
    assert (KnownPerson.objects.count(), User.objects.count()) == (1, 1)


@pytest.mark.parametrize("said", [{"chat_id": CHAT}, {"phone_number": PHONE}])
def test_the_database_keeps_one_client_per_chat_and_number(service: ServiceAccount, said: dict[str, Any]) -> None:
    registered(service, **said)

    with pytest.raises(IntegrityError, match="one_client_per"):
        KnownPerson.objects.create(service=service, user=person("Bob"), how=KnownBy.REGISTERED, **said)


def test_a_client_that_could_not_be_found_again_is_refused_by_the_database(service: ServiceAccount) -> None:
    with pytest.raises(IntegrityError, match="registered_client_can_be_found_again"):
        KnownPerson.objects.create(service=service, user=person("Bob"), how=KnownBy.REGISTERED)


def test_a_sign_in_is_remembered_until_all_devices_are_signed_out(service: ServiceAccount) -> None:
    bob = person("Bob")
    client = registered(service, chat_id=CHAT)
    remember_sign_in(service, bob, chat_id=77)
    known = remember_sign_in(service, bob, chat_id=None)
    assert (known.chat_id, known.how) == (77, KnownBy.SIGNED_IN)

    end_sessions(bob, why=Ending.PASSWORD)
    end_sessions(client.user, why=Ending.PASSWORD)

    assert not is_known_to(service, bob.pk)
    # Who never signed in is still the service's client.
    assert is_known_to(service, client.user_id)


def test_the_blocked_and_whoever_changed_the_password_meanwhile_are_not_remembered(service: ServiceAccount) -> None:
    bob, charlie = person("Bob"), person("Charlie")
    User.objects.filter(pk=bob.pk).update(password="another")
    User.objects.filter(pk=charlie.pk).update(is_active=False)

    for each in (bob, charlie):
        with pytest.raises(AccountBlocked):
            remember_sign_in(service, each, chat_id=None)

    assert not KnownPerson.objects.exists()


def test_staff_do_not_sign_in_through_services(service: ServiceAccount) -> None:
    with pytest.raises(PermissionDenied):
        remember_sign_in(service, person("Dana", is_staff=True), chat_id=None)


def test_a_client_is_told_of_exported_and_erased(service: ServiceAccount) -> None:
    known = registered(service, chat_id=CHAT, phone_number=PHONE)

    told = export_person(known.user)["account"]["known_to"]
    erase_person(known.user)

    assert [(each["name"], each["chat_id"], each["phone_number"]) for each in told] == [("Clinic", CHAT, PHONE)]
    assert not KnownPerson.objects.exists()
    # Number and chat are in no log that outlives the person.
    assert PHONE not in str(list(AuditEntry.objects.values()))
    assert registered(service, chat_id=CHAT).user_id != known.user_id
