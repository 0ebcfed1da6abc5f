"""Services, their keys and people's devices in the back office."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.enums import ServiceScope
from accounts.models import Address, ServiceAccount, ServiceKey, Session, User
from accounts.services import NewClient, forget_sign_ins, register_client, rotate_key
from accounts.services.service_accounts import OVERLAP
from accounts.tests.services_cast import SERVICES, clinic, keyed, person, signed, with_key
from accounts.tests.test_invariants import outcome_of
from accounts.tests.tokens import open_session
from common import clock
from common.models import AuditEntry
from common.personal_data import erase_person, export_person

pytestmark = [pytest.mark.urls("accounts.tests.services_cast"), pytest.mark.django_db]

PAGE = "/admin/accounts/serviceaccount/"
DEVICES = "/admin/accounts/session/"
WHO = f"{SERVICES}/who"


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def asha() -> User:
    return person("Asha", is_staff=True, is_superuser=True)


@pytest.fixture
def as_asha(asha: User) -> Client:
    return signed_in(asha)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def staff_with(*permissions: str) -> Client:
    ravi = person("Ravi", is_staff=True)
    ravi.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return signed_in(ravi)


def shown(response: Any) -> dict[str, str]:
    """What the page that shows a key says: by term."""
    page = response.content.decode()
    terms = re.findall(r"<dt>(\w+).*?</dt>\s*<dd[^>]*>(.*?)</dd>", page, re.DOTALL)
    return {term: html.unescape(text) for term, text in terms}


def act(client: Client, action: str, *services: ServiceAccount, page: str = PAGE) -> Any:
    chosen = [str(service.pk) for service in services]
    return client.post(page, {"action": action, "_selected_action": chosen, "confirmed": "yes", "reason": "asked"})


def status(key: str) -> int:
    return int(with_key(key).get(WHO).status_code)


def test_a_new_service_shows_its_key_once(as_asha: Client, asha: User) -> None:
    form = {"name": "Clinic", "owner": str(asha.pk), "scopes": ["appointments:read", "act_for"], "is_active": "on"}

    answer = as_asha.post(f"{PAGE}add/", form)

    service, key = ServiceAccount.objects.get(), ServiceKey.objects.get()
    said = shown(answer)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert said["Service"] == str(service.pk)
    assert service.scopes == ["appointments:read", "act_for"]
    assert status(said["Key"]) == 200
    assert key.prefix == said["Key"][:12]
    for page in (PAGE, f"{PAGE}{service.pk}/change/"):
        content = as_asha.get(page).content.decode()
        assert said["Key"] not in content
        assert said["Secret"] not in content
    assert key.prefix in as_asha.get(f"{PAGE}{service.pk}/change/").content.decode()


def test_neither_key_nor_secret_is_kept_or_logged(as_asha: Client) -> None:
    said = shown(as_asha.post(f"{PAGE}add/", {"name": "Clinic", "scopes": [], "is_active": "on"}))

    key = ServiceKey.objects.values().get()
    entries = str(list(AuditEntry.objects.values()))
    for secret in (said["Key"], said["Secret"]):
        assert secret not in str(key)
        assert secret not in str(bytes(ServiceKey.objects.get().sealed_secret or b""))
        assert secret not in entries
    assert str(key["key_hash"]) not in entries


def test_a_service_is_named_once_and_knows_no_other_scopes(as_asha: Client) -> None:
    clinic()

    twice = as_asha.post(f"{PAGE}add/", {"name": "Clinic", "scopes": [], "is_active": "on"})
    odd = as_asha.post(f"{PAGE}add/", {"name": "Odd", "scopes": ["everything"], "is_active": "on"})
    endless = as_asha.post(f"{PAGE}add/", {"name": "Fast", "requests_per_minute": "9999999", "is_active": "on"})

    answers = (twice, odd, endless)
    assert [set(answer.context["adminform"].form.errors) for answer in answers] == [
        {"name"},
        {"scopes"},
        {"requests_per_minute"},
    ]
    assert ServiceAccount.objects.count() == 1
    assert ServiceKey.objects.count() == 0


def test_a_new_key_takes_over_and_the_old_one_works_meanwhile(as_asha: Client, asha: User) -> None:
    service = clinic(ServiceScope.APPOINTMENTS_READ)
    first = keyed(service)

    second = shown(act(as_asha, "new_key", service))

    old, new = ServiceKey.objects.order_by("pk")
    assert (status(first.key), status(second["Key"])) == (200, 200)
    assert with_key().get(WHO).status_code == 200
    assert old.expires_at is not None
    assert abs(old.expires_at - clock.now() - OVERLAP) < timedelta(minutes=1)
    assert new.expires_at is None
    entry = AuditEntry.objects.filter(reason="asked").latest("id")
    assert (entry.actor_id, entry.target_id) == (asha.pk, str(service.pk))


def test_a_third_key_ends_the_first(asha: User) -> None:
    service = clinic(ServiceScope.APPOINTMENTS_READ)
    first = keyed(service)
    second, third = (rotate_key(service, actor=asha, reason="again") for _ in range(2))

    assert [status(new.key) for new in (first, second, third)] == [401, 200, 200]
    assert ServiceKey.objects.live().count() == 2


def test_revoked_keys_open_nothing_and_hold_nothing(as_asha: Client, asha: User) -> None:
    service = clinic(ServiceScope.APPOINTMENTS_READ)
    first = keyed(service)
    second = rotate_key(service, actor=asha, reason="again")

    act(as_asha, "revoke", service)
    again = act(as_asha, "revoke", service)

    assert [status(new.key) for new in (first, second)] == [401, 401]
    assert with_key(signed(second)).get(WHO).status_code == 401
    assert list(ServiceKey.objects.values_list("key_hash", "sealed_secret")) == [(None, None)] * 2
    assert "has no key" in as_asha.get(again["Location"]).content.decode()
    assert status(rotate_key(service, actor=asha, reason="found again").key) == 200


def test_a_key_whose_day_is_over_is_emptied(asha: User) -> None:
    service = clinic()
    keyed(service)
    rotate_key(service, actor=asha, reason="again")
    ServiceKey.objects.filter(expires_at__isnull=False).update(expires_at=clock.now() - timedelta(seconds=1))

    forget_sign_ins()

    old, new = ServiceKey.objects.order_by("pk")
    assert (old.key_hash, old.sealed_secret) == (None, None)
    assert new.key_hash
    assert outcome_of("INV-141") == "ok"


def test_only_who_may_make_keys_makes_and_revokes_them() -> None:
    service = clinic()
    new = keyed(service)
    ravi = staff_with("view_serviceaccount", "change_serviceaccount")

    for action in ("new_key", "revoke"):
        act(ravi, action, service)

    assert ServiceKey.objects.get().key_hash
    assert new.key not in ravi.get(PAGE).content.decode()
    assert ravi.post(f"{PAGE}add/", {"name": "Mine"}).status_code == 403
    assert ravi.post(f"{PAGE}{service.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_services_costs_the_same_for_many(
    as_asha: Client, asha: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        keyed(clinic(name=f"Clinic {number}", owner=asha), f"alm_{number}")

    with django_assert_num_queries(6):
        assert as_asha.get(PAGE).status_code == 200


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_of_devices_costs_the_same_for_many(
    as_asha: Client, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        open_session(person(f"Alice{number}"))

    with django_assert_num_queries(6):
        assert as_asha.get(DEVICES).status_code == 200


def test_staff_sign_a_device_out(as_asha: Client, asha: User) -> None:
    alice = person("Alice")
    lost, kept = open_session(alice, network="192.0.2.0/24"), open_session(alice)

    answer = as_asha.post(
        DEVICES, {"action": "sign_out", "_selected_action": [str(lost.pk)], "confirmed": "yes", "reason": "stolen"}
    )

    lost.refresh_from_db()
    kept.refresh_from_db()
    assert (lost.ending, kept.revoked_at) == ("staff", None)
    entry = AuditEntry.objects.get(action="session_ended")
    assert (entry.actor_id, entry.target_id, entry.reason) == (asha.pk, str(alice.pk), "stolen")
    assert "Done for 1" in as_asha.get(answer["Location"]).content.decode()


def test_staff_are_signed_out_by_superusers_only(asha: User) -> None:
    session = open_session(asha)
    ravi = staff_with("view_session", "end_session")
    kiran = person("Kiran", is_staff=True)
    kiran.user_permissions.set(Permission.objects.filter(codename="view_session"))
    alices = open_session(person("Alice"))

    for client, chosen in ((ravi, session), (signed_in(kiran), alices)):
        client.post(
            DEVICES,
            {"action": "sign_out", "_selected_action": [str(chosen.pk)], "confirmed": "yes", "reason": "because"},
        )

    assert not Session.objects.exclude(revoked_at=None).exists()
    assert not AuditEntry.objects.filter(action="session_ended").exists()


def test_a_persons_page_shows_devices_and_addresses_and_takes_none(as_asha: Client) -> None:
    alice = person("Alice")
    session = open_session(alice, network="192.0.2.0/24")
    open_session(alice, network="198.51.100.0/24", revoked_at=clock.now(), ending="staff")
    home = Address.objects.create(
        user=alice,
        name="Home",
        address_line1="1 Lotus Lane",
        city="Pune",
        state="MH",
        pincode="411001",
        is_default=True,
    )
    path = reverse("admin:accounts_user_change", args=[alice.pk])

    page = as_asha.get(path).content.decode()
    form = {
        "email": "alice@example.com",
        "first_name": "Alicia",
        "language": "en",
        "currency": "INR",
        "timezone": "Asia/Kolkata",
        "edited_version": alice.updated_at.isoformat(),
        "sessions-TOTAL_FORMS": "1",
        "sessions-INITIAL_FORMS": "1",
        "sessions-0-id": str(session.pk),
        "sessions-0-DELETE": "on",
        "addresses-TOTAL_FORMS": "1",
        "addresses-INITIAL_FORMS": "1",
        "addresses-0-id": str(home.pk),
        "addresses-0-city": "Elsewhere",
    }
    answer = as_asha.post(path, form)

    assert ("192.0.2.0/24" in page, "198.51.100.0/24" in page, "1 Lotus Lane" in page) == (True, False, True)
    assert answer.status_code == 302
    alice.refresh_from_db()
    home.refresh_from_db()
    assert (alice.first_name, home.city, Session.objects.live().count()) == ("Alicia", "Pune", 1)


def test_what_staff_may_not_view_a_persons_page_does_not_show() -> None:
    alice = person("Alice")
    open_session(alice, network="192.0.2.0/24")

    page = staff_with("view_user").get(reverse("admin:accounts_user_change", args=[alice.pk])).content.decode()

    assert "192.0.2.0/24" not in page


def test_an_erased_owner_is_forgotten_and_the_service_goes_on() -> None:
    alice = person("Alice")
    service = clinic(ServiceScope.APPOINTMENTS_READ, owner=alice)
    new = keyed(service)

    exported = export_person(alice)["account"]["services"]
    erase_person(alice)

    service.refresh_from_db()
    assert [row["name"] for row in exported] == ["Clinic"]
    assert service.owner is None
    assert status(new.key) == 200


def test_a_persons_page_names_the_services_that_act_for_them(as_asha: Client) -> None:
    known, _ = register_client(clinic(name="Call centre"), NewClient("John", chat_id=123456789))

    page = as_asha.get(f"/admin/accounts/user/{known.user_id}/change/").content.decode()

    assert "Services that act for them" in page
    assert "Call centre" in page
    assert "123456789" in page
