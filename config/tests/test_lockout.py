"""Guessing passwords: by account, by address, through spellings; and where a sign-in may lead."""

from datetime import timedelta

import pytest
from axes.models import AccessAttempt
from django.test import Client
from django.urls import reverse

from accounts.models import User
from common import clock
from common.lockouts import MOST_FAILURES_PER_ADDRESS
from common.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_only")]
PASSWORD = "a long enough password"
WRONG = "a wrong one"


@pytest.fixture
def asha() -> User:
    return User.objects.create_superuser("asha@almanac.example", PASSWORD)


def attempt(client: Client, name: str, password: str = WRONG, address: str = "198.51.100.7") -> int:
    form = {"username": name, "password": password}
    return client.post("/admin/login/", form, REMOTE_ADDR=address).status_code


def test_the_fifth_failure_locks_out_and_says_how_long(client: Client, asha: User) -> None:
    assert [attempt(client, "asha@almanac.example") for _ in range(5)] == [200, 200, 200, 200, 429]

    page = client.post(
        "/admin/login/", {"username": "asha@almanac.example", "password": PASSWORD}, REMOTE_ADDR="198.51.100.7"
    )
    assert (page.status_code, page.headers["Retry-After"]) == (429, "900")
    assert b"15 minutes" in page.content


def test_capital_letters_do_not_buy_more_attempts(client: Client, asha: User) -> None:
    spellings = ["asha@almanac.example", "ASHA@almanac.example", " asha@almanac.example ", "Asha@Almanac.Example"]

    for name in [*spellings, spellings[0]]:
        attempt(client, name)

    assert attempt(client, "asha@almanac.example", PASSWORD) == 429


def test_the_same_person_gets_in_from_elsewhere(client: Client, asha: User) -> None:
    for _ in range(5):
        attempt(client, "asha@almanac.example")

    assert attempt(client, "asha@almanac.example", PASSWORD, address="203.0.113.9") == 302


def test_an_address_that_tries_many_names_is_stopped_for_all_of_them(client: Client, asha: User) -> None:
    for number in range(MOST_FAILURES_PER_ADDRESS):
        attempt(client, f"guess{number}@example.com")

    assert attempt(client, "asha@almanac.example", PASSWORD) == 429
    assert attempt(client, "asha@almanac.example", PASSWORD, address="203.0.113.9") == 302


def test_the_lock_opens_by_itself_after_a_quarter_of_an_hour(client: Client, asha: User) -> None:
    for _ in range(5):
        attempt(client, "asha@almanac.example")

    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(minutes=15, seconds=1))

    assert attempt(client, "asha@almanac.example", PASSWORD) == 302


def test_a_forged_forwarding_header_does_not_make_a_new_address(client: Client, asha: User) -> None:
    for number in range(5):
        client.post(
            "/admin/login/",
            {"username": "asha@almanac.example", "password": "wrong"},
            REMOTE_ADDR="198.51.100.7",
            HTTP_X_FORWARDED_FOR=f"203.0.113.{number}",
        )

    assert attempt(client, "asha@almanac.example", PASSWORD) == 429


def test_failures_lockouts_and_sign_ins_are_in_the_audit_log(client: Client, asha: User) -> None:
    for _ in range(5):
        attempt(client, "asha@almanac.example")
    attempt(client, "asha@almanac.example", PASSWORD, address="203.0.113.9")

    said = list(AuditEntry.objects.exclude(ip=None).order_by("id").values_list("action", "ip"))
    assert said == [("sign-in failed", "198.51.100.7")] * 4 + [
        ("locked out", "198.51.100.7"),
        ("signed in", "203.0.113.9"),
    ]


def test_staff_with_the_permission_unlock_with_a_reason(client: Client, asha: User) -> None:
    for _ in range(5):
        attempt(client, "ravi@almanac.example")
    client.force_login(asha)
    row = AccessAttempt.objects.get()

    client.post(
        reverse("admin:axes_accessattempt_changelist"),
        {"action": "unlock", "_selected_action": row.pk, "confirmed": "yes", "reason": "he called"},
    )

    assert not AccessAttempt.objects.exists()
    assert AuditEntry.objects.get(action="unlocked").reason == "he called"


def test_an_inactive_or_unknown_name_reads_the_same_as_a_wrong_password(client: Client, asha: User) -> None:
    asha.is_active = False
    asha.save()

    pages = [
        client.post("/admin/login/", {"username": name, "password": PASSWORD}).content.decode()
        for name in ("asha@almanac.example", "nobody@example.com")
    ]

    assert all("Please enter the correct" in page for page in pages)


LEADING_AWAY = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "https://evil.example",
    "http://testserver.evil.example/",
    "http://testserver@evil.example/",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "\thttps://evil.example",
    " //evil.example",
    "/\t/evil.example",
    "http:///evil.example",
    "/%0d%0aLocation:https://evil.example",
    "%2f%2fevil.example",
]


@pytest.mark.parametrize("wanted", LEADING_AWAY)
def test_a_sign_in_never_leads_to_another_host(client: Client, asha: User, wanted: str) -> None:
    page = client.post("/admin/login/", {"username": asha.email, "password": PASSWORD, "next": wanted})

    location = page.headers["Location"]
    assert location.startswith(("/", "%2f"))
    assert not location.startswith(("//", "/\\", "/\t"))
    assert "\n" not in location
    assert "\r" not in location


def test_changing_the_password_ends_every_other_session(client: Client, asha: User) -> None:
    other = Client()
    for each in (client, other):
        attempt(each, "asha@almanac.example", PASSWORD)

    client.post(
        "/admin/password_change/",
        {"old_password": PASSWORD, "new_password1": "another long one", "new_password2": "another long one"},
    )

    assert (client.get("/admin/").status_code, other.get("/admin/").status_code) == (200, 302)


def test_an_idle_session_is_renewed_by_use_at_most_once_a_minute(client: Client, asha: User) -> None:
    attempt(client, "asha@almanac.example", PASSWORD)

    renewals = ["session" in client.get("/admin/password_change/").cookies for _ in range(3)]

    assert renewals == [True, False, False]


def test_every_write_of_the_admin_needs_the_csrf_token(asha: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(asha)

    for path in (
        "/admin/accounts/user/",
        "/admin/login/",
        "/admin/logout/",
        "/admin/common/proofrun/run/",
        "/admin/second-factor/",
    ):
        assert client.post(path, {"action": "block"}).status_code == 403
