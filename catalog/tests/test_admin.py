"""What Dana of the staff does about services, specialists and resources."""

from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import Calendar, Category, Resource, Service, Specialist, Tier
from catalog.tests.factories import category, person, room, service, specialist
from common import clock
from common.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.django_db

# Each model's list, and how many queries it costs; that of services offers two filters with choices of their own.
QUERIES = {"category": 8, "tier": 8, "service": 10, "specialist": 8, "resource": 8}
MODELS = tuple(QUERIES)
NEW_SERVICE = {
    "name": "Facial - Minimal",
    "currency": "INR",
    "price": "1000.00",
    "market_price": "1200",
    "duration_minutes": 60,
    "requirements": "A towel\n\n  Slippers ",
    "intake_questions": "rows",
    "position": 0,
    "is_active": "on",
    "reason": "new season",
}


def question_rows(*rows: tuple[str, str, str, str]) -> dict[str, list[str]]:
    """The questions of a service as its page sends them: four fields of each row, whatever they hold."""
    parts = ("question", "type", "required", "options")
    return {f"intake_questions-{part}": [row[n] for row in rows] for n, part in enumerate(parts)}


@pytest.fixture(autouse=True)
def _password_only(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False


@pytest.fixture
def dana() -> User:
    dana = person("Dana", is_staff=True)
    wanted = Permission.objects.filter(content_type__app_label="catalog", content_type__model__in=MODELS)
    dana.user_permissions.set(wanted)
    return dana


@pytest.fixture
def desk(dana: User) -> Client:
    client = Client()
    client.force_login(dana)
    return client


def url(model: str, page: str, *args: Any) -> str:
    return reverse(f"admin:catalog_{model}_{page}", args=args)


def act(desk: Client, model: str, action: str, *rows: Any, reason: str = "papers seen") -> Any:
    sent = {"action": action, "_selected_action": [row.pk for row in rows], "confirmed": "1", "reason": reason}
    return desk.post(url(model, "changelist"), sent)


def last_entry() -> tuple[str, UUID | None, str]:
    entry = AuditEntry.objects.order_by("-pk").first()
    assert entry is not None
    return entry.target_table, entry.actor_id, entry.reason


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("model", MODELS)
def test_lists_cost_the_same_whatever_their_length(
    desk: Client, model: str, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(count):
        sorted_in = category(f"Category {n}")
        tier = Tier.objects.create(name=f"Tier {n}", slug=f"tier-{n}")
        service(specialist(f"Bob{n}"), category=sorted_in, tier=tier)
        room(name=f"Room {n}")

    with django_assert_num_queries(QUERIES[model]):
        response = desk.get(url(model, "changelist"))

    assert response.status_code == 200
    assert len(response.context["cl"].result_list) == count


@pytest.mark.parametrize("model", MODELS)
def test_every_page_opens(desk: Client, model: str) -> None:
    bob = specialist("Bob")
    rows = {
        "category": category(),
        "tier": Tier.objects.create(name="Minimal", slug="minimal"),
        "service": service(bob),
        "specialist": bob,
        "resource": room(),
    }

    assert desk.get(url(model, "change", rows[model].pk)).status_code == 200
    assert desk.get(url(model, "add")).status_code == (403 if model == "specialist" else 200)


def test_a_service_is_made_and_recorded(desk: Client, dana: User) -> None:
    response = desk.post(url("service", "add"), NEW_SERVICE)

    made = Service.objects.get()
    assert response.status_code == 302
    assert (made.owner, made.price_minor, made.market_price_minor) == (None, 100_000, 120_000)
    assert made.requirements == ["A towel", "Slippers"]
    assert last_entry() == ("catalog_service", dana.pk, "new season")


def test_a_price_is_changed_and_its_history_kept(desk: Client) -> None:
    facial = service(None, name="Facial")
    sent = {**NEW_SERVICE, "price": "999.50", "edited_version": facial.updated_at.isoformat(), "reason": "Diwali"}

    response = desk.post(url("service", "change", facial.pk), sent)

    facial.refresh_from_db()
    entry = AuditEntry.objects.order_by("-pk")[0]
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert facial.price_minor == 99_950
    assert (entry.reason, entry.changes["price_minor"]) == ("Diwali", [150_000, 99_950])


def test_questions_are_rows_on_the_page_and_the_apis_json_behind_it(desk: Client) -> None:
    rows = (
        ("Any allergies?", "text", "yes", ""),
        ("Which colour?", "choice", "", "Red\r\n  Blue \r\n"),
        ("", "text", "", ""),
    )
    desk.post(url("service", "add"), {**NEW_SERVICE, **question_rows(*rows)})
    made = Service.objects.get()
    page = desk.get(url("service", "change", made.pk)).content.decode()
    emptied = {**NEW_SERVICE, "edited_version": made.updated_at.isoformat(), **question_rows(("", "text", "", ""))}
    desk.post(url("service", "change", made.pk), emptied)

    assert made.intake_questions == [
        {"question": "Any allergies?", "type": "text", "required": True},
        {"question": "Which colour?", "type": "choice", "required": False, "options": ["Red", "Blue"]},
    ]
    # Two questions, the row to fill in next, and the one that a script copies.
    assert page.count('name="intake_questions-question"') == 4
    made.refresh_from_db()
    assert made.intake_questions == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"market_price": "999.99"}, "market_price"),
        ({"price": "-1"}, "price"),
        ({"price": "1.005"}, "price"),
        ({"currency": "XXX"}, "price"),
        ({"duration_minutes": 4}, "duration_minutes"),
        ({"image_url": "javascript:alert(1)"}, "image_url"),
        (question_rows(("", "choice", "", "Nuts")), "intake_questions"),
        (question_rows(("Which?", "choice", "", "only one")), "intake_questions"),
        (question_rows(("How many?", "number", "yes", "one\ntwo")), "intake_questions"),
        ({"requirements": "x" * 201}, "requirements"),
    ],
)
def test_a_service_that_makes_no_sense_is_not_saved(desk: Client, changes: dict[str, Any], field: str) -> None:
    response = desk.post(url("service", "add"), {**NEW_SERVICE, **changes})

    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not Service.objects.exists()


def test_services_are_archived_and_brought_back_with_a_reason(desk: Client, dana: User) -> None:
    facial = service(None)

    act(desk, "service", "archive", facial, reason="no longer done")
    facial.refresh_from_db()
    archived_at = facial.archived_at
    entry = last_entry()
    act(desk, "service", "restore", facial)
    facial.refresh_from_db()

    assert archived_at == clock.now()
    assert entry == ("catalog_service", dana.pk, "no longer done")
    assert facial.archived_at is None


def test_specialists_are_verified_with_a_reason(desk: Client, dana: User) -> None:
    bob = specialist("Bob", is_verified=False)

    act(desk, "specialist", "verify", bob)
    bob.refresh_from_db()
    assert (bob.is_verified, bob.verified_at, bob.verified_by) == (True, clock.now(), dana)
    assert last_entry() == ("catalog_specialist", dana.pk, "papers seen")
    act(desk, "specialist", "unverify", bob, reason="complaints")

    bob.refresh_from_db()
    assert (bob.is_verified, bob.verified_at, bob.verified_by) == (False, None, None)
    assert last_entry() == ("catalog_specialist", dana.pk, "complaints")
    assert list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True)) == [
        "specialist.verified",
        "specialist.unverified",
    ]


def test_who_may_not_verify_cannot(desk: Client, dana: User) -> None:
    dana.user_permissions.remove(Permission.objects.get(codename="verify_specialist"))
    bob = specialist("Bob", is_verified=False)

    act(desk, "specialist", "verify", bob)

    bob.refresh_from_db()
    assert bob.is_verified is False


def test_a_form_cannot_verify_anybody(desk: Client) -> None:
    bob = specialist("Bob", is_verified=False)
    sent = {
        "business_name": "Bob & Sons",
        "specialties": "law\nmarketing",
        "experience_years": 5,
        "currency": "INR",
        "base_rate": "1200",
        "is_active": "on",
        "is_verified": "on",
        "edited_version": bob.updated_at.isoformat(),
    }

    response = desk.post(url("specialist", "change", bob.pk), sent)

    bob.refresh_from_db()
    assert response.status_code == 302, response.context["adminform"].form.errors
    assert (bob.business_name, bob.specialties, bob.base_rate_minor) == ("Bob & Sons", ["law", "marketing"], 120_000)
    assert bob.is_verified is False


def test_a_new_resource_gets_a_calendar_that_is_closed(desk: Client) -> None:
    sent = {"name": "Lotus Room", "type": "meeting_room", "capacity": 8, "amenities": "projector", "is_active": "on"}

    desk.post(url("resource", "add"), sent)

    made = Resource.objects.get()
    assert (made.name, made.amenities, made.calendar) == ("Lotus Room", ["projector"], Calendar.objects.get())
    assert made.calendar.weekly_hours == {}


def test_categories_and_tiers_are_kept_while_services_are_in_them(desk: Client) -> None:
    desk.post(url("category", "add"), {"name": "Facial", "slug": "facial", "position": 1, "is_active": "on"})
    desk.post(url("tier", "add"), {"name": "Minimal", "slug": "minimal", "position": 1})
    facial, minimal = Category.objects.get(), Tier.objects.get()
    service(None, category=facial)

    for model, row in (("category", facial), ("tier", minimal)):
        desk.post(url(model, "delete", row.pk), {"post": "yes"})

    assert list(Category.objects.all()) == [facial]
    assert not Tier.objects.exists()


def test_the_command_verifies_and_takes_back() -> None:
    bob = specialist("Bob", is_verified=False)
    said = StringIO()

    call_command("verify_specialist", "BOB@example.com", stdout=said)
    assert Specialist.objects.get(pk=bob.pk).is_verified is True
    assert last_entry() == ("catalog_specialist", None, "verified on the command line")
    call_command("verify_specialist", "bob@example.com", "--undo", "--reason", "complaints", stdout=said)

    assert Specialist.objects.get(pk=bob.pk).is_verified is False
    assert said.getvalue() == "Bob's is verified.\nBob's is no longer listed.\n"


def test_the_command_names_what_is_wrong() -> None:
    person("Charlie")

    with pytest.raises(CommandError, match="Nobody has the address"):
        call_command("verify_specialist", "nobody@example.com")
    with pytest.raises(CommandError, match="has not registered as a specialist"):
        call_command("verify_specialist", "charlie@example.com")
