"""The pages as a browser finds them: they look at nothing elsewhere, complain about nothing, and run nobody's text."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Model
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from catalog.models import Service
from common import audit, clock
from common.models import AuditEntry, EventReceipt, OutboxEvent
from common.tests.browser import problems_of

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("password_only"),
]

PASSWORD = "a long enough password"
# Whatever runs leaves a trace that `executed` finds.
MARKER = '"><img src=x onerror="document.title=`XSS`;window.xss=1"><script>window.xss=1</script>'


@pytest.fixture
def asha(db: None) -> User:
    return User.objects.create_superuser("asha@almanac.example", PASSWORD, first_name="Asha")


@pytest.fixture
def mallory(asha: User) -> User:
    """A customer who wrote the marker into every field there is, and left it wherever the platform quotes people."""
    with audit.acting(asha, reason=MARKER):
        mallory = User.objects.create_user(
            "mallory@example.com", first_name=MARKER[:100], last_name=MARKER[:100], language="<b>", timezone=MARKER[:64]
        )
        User.objects.filter(pk=mallory.pk).update(first_name=f"{MARKER}"[:99])
    audit.record(MARKER[:40], mallory, data={"name": MARKER, MARKER: MARKER})
    event = OutboxEvent.objects.create(
        name="<img src=x onerror=window.xss=1>", subject=MARKER[:100], data={"x": MARKER}, dead_at=clock.now()
    )
    EventReceipt.objects.create(event=event, subscriber=MARKER, failures=1, last_error=MARKER)
    return mallory


def sign_in(page: Page, server: LiveServer, wanted: str = "/admin/") -> None:
    page.goto(f"{server.url}/admin/login/?next={wanted}")
    page.fill("[name=username]", "asha@almanac.example")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"**{wanted}")


def visit(page: Page, address: str) -> None:
    """Opens the page and lets it draw itself: by then its pictures have failed and its scripts have run."""
    page.goto(address)
    page.evaluate("() => new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")


def executed(page: Page) -> bool:
    return bool(page.evaluate("Boolean(window.xss) || document.title === 'XSS'"))


def list_of(model: type[Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


def lists_with_rows() -> Iterator[str]:
    """An empty list quotes nobody, and a browser takes its time for each page."""
    return (list_of(model) for model in admin.site._registry if model._base_manager.exists())


def test_the_landing_page_shows_the_health_of_each_part(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)

    expect(page.locator("#health-status")).not_to_have_text("Asking…")
    expect(page.locator("#health-parts li[data-part=database] .dot")).to_have_class("dot healthy")
    # No beat runs in tests, so the answer may be a 503, which the browser notes.
    assert [said for said in problems_of(page) if "503" not in said] == []


def test_the_landing_page_stands_without_scripts(live_server: LiveServer, page: Page) -> None:
    opened = page.context.browser
    assert opened is not None
    plain = opened.new_context(java_script_enabled=False)

    reading = plain.new_page()
    reading.goto(live_server.url)

    expect(reading.get_by_role("heading", level=1)).to_be_visible()
    expect(reading.get_by_role("link", name="/api/v1/health")).to_be_visible()
    plain.close()


def test_the_landing_page_fits_a_phone(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(live_server.url)

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_nobodys_text_runs_in_any_page_of_the_back_office(
    page: Page, live_server: LiveServer, asha: User, mallory: User
) -> None:
    sign_in(page, live_server)
    event = OutboxEvent.objects.get()
    people = f"/admin/accounts/user/{mallory.pk}"
    about_mallory = AuditEntry.objects.about(mallory).values_list("pk", flat=True)
    entries = [f"/admin/common/auditentry/{pk}/change/" for pk in about_mallory]
    paths = [
        *lists_with_rows(),
        "/admin/",
        "/admin/jobs/",
        "/admin/accounts/user/?q=mallory",
        f"{people}/change/",
        f"{people}/password/",
        f"{people}/history/",
        f"/admin/common/outboxevent/{event.pk}/change/",
        "/admin/search/?s=mallory&extended=1",
        *entries,
    ]

    ran = []
    for path in paths:
        visit(page, live_server.url + path)
        ran += [path] if executed(page) else []

    assert ran == []
    assert [said for said in problems_of(page) if "Content Security Policy" in said] == []


def test_pages_are_at_peace_with_their_policy(page: Page, live_server: LiveServer, asha: User) -> None:
    sign_in(page, live_server)

    for path in [*lists_with_rows(), "/admin/", "/admin/jobs/", "/admin/accounts/user/add/", "/admin/auth/group/add/"]:
        visit(page, live_server.url + path)

    assert problems_of(page) == []


@pytest.mark.deep
def test_every_list_is_at_peace_with_its_policy(page: Page, live_server: LiveServer, asha: User) -> None:
    sign_in(page, live_server)

    for model in admin.site._registry:
        visit(page, live_server.url + list_of(model))

    assert problems_of(page) == []


def test_nobodys_text_runs_in_the_confirmation_and_its_messages(
    page: Page, live_server: LiveServer, asha: User, mallory: User
) -> None:
    sign_in(page, live_server, "/admin/accounts/user/")
    page.goto(f"{live_server.url}/admin/accounts/user/?q=mallory")

    page.check("input.action-select")
    page.select_option("select[name=action]", "unblock")
    page.locator("button[name=index], button:has-text('Run')").first.click()
    page.fill("[name=reason]", "is not blocked at all")
    assert not executed(page)
    page.click("text=Yes, do it")

    expect(page.get_by_text("This person is not blocked.")).to_be_visible()
    assert not executed(page)


def test_questions_of_a_service_come_and_go_as_rows(page: Page, live_server: LiveServer, asha: User) -> None:
    sign_in(page, live_server, "/admin/catalog/service/add/")
    rows = page.locator(".almanac-row")

    rows.nth(0).get_by_label("Question").fill("Not asked after all")
    page.click("text=Add a question")
    rows.nth(1).get_by_label("Question").fill("Which colour?")
    rows.nth(1).get_by_label("Answered by").select_option("choice")
    rows.nth(1).get_by_label("To choose from").fill("Red\nBlue")
    rows.nth(0).get_by_text("Remove").click()
    for name, value in {"name": "Painting", "currency": "INR", "price": "100", "duration_minutes": "60"}.items():
        page.fill(f"[name={name}]", value)
    page.click("[name=_save]")
    page.wait_for_url("**/admin/catalog/service/")

    asked = {"question": "Which colour?", "type": "choice", "required": False, "options": ["Red", "Blue"]}
    assert Service.objects.get().intake_questions == [asked]
    assert problems_of(page) == []


def test_the_command_search_finds_a_person(page: Page, live_server: LiveServer, asha: User) -> None:
    User.objects.create_user("priya@example.com", first_name="Priya")
    sign_in(page, live_server)

    page.keyboard.press("Control+k")
    search = page.get_by_role("searchbox", name="Type to search")
    expect(search).to_be_focused()
    search.press_sequentially("priya")

    expect(page.get_by_role("link", name="Priya")).to_be_visible()


def test_staff_enrol_with_the_picture_and_enter_with_the_code(
    page: Page, live_server: LiveServer, asha: User, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR = True
    page.goto(f"{live_server.url}/admin/")
    page.fill("[name=username]", "asha@almanac.example")
    page.fill("[name=password]", PASSWORD)
    page.click("button[type=submit]")

    expect(page.locator(".almanac-qr svg")).to_be_visible()
    page.fill("[name=code]", f"{totp(TOTPDevice.objects.get().bin_key):06d}")
    page.click("text=Confirm")
    expect(page.locator(".almanac-codes li")).to_have_count(10)
    page.click("text=I have written them down")

    expect(page.get_by_text("Audit log").first).to_be_visible()
    assert problems_of(page) == []
