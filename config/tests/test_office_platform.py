"""The audit log, events, proofs and jobs in the back office."""

import pytest
from django.test import Client

from accounts.models import User
from common import clock
from common.failed_tasks import note_failure
from common.models import AuditEntry, OutboxEvent, ProofRun
from config.tests.office import change_page, filled_form

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("password_only")]


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.com", first_name="Alice", phone_number="+919876500001")


def test_the_history_of_somebody_is_their_audit_log(as_asha: Client, asha: User, alice: User) -> None:
    as_asha.post(change_page(alice), filled_form(as_asha, alice, first_name="<b>Alicia</b>"))

    page = as_asha.get(f"/admin/accounts/user/{alice.pk}/history/", follow=True)
    entry = page.context["cl"].result_list[0]
    detail = as_asha.get(f"/admin/common/auditentry/{entry.pk}/change/").content.decode()

    assert (len(page.context["cl"].result_list), entry.actor_id) == (1, asha.pk)
    assert "&lt;b&gt;Alicia&lt;/b&gt;" in detail
    assert "<b>Alicia</b>" not in detail


def test_a_dead_event_is_replayed_with_a_reason_and_a_living_one_is_not(as_asha: Client) -> None:
    dead = OutboxEvent.objects.create(name="a.b", subject="1", dead_at=clock.now(), attempts=10)
    alive = OutboxEvent.objects.create(name="a.b", subject="2")

    page = as_asha.post(
        "/admin/common/outboxevent/",
        {"action": "replay", "_selected_action": [dead.pk, alive.pk], "confirmed": "yes", "reason": "mended"},
        follow=True,
    )

    dead.refresh_from_db()
    assert (dead.dead_at, dead.attempts) == (None, 0)
    assert "Only events that were given up" in page.content.decode()
    assert AuditEntry.objects.filter(action="replayed").values_list("target_id", flat=True).get() == str(dead.pk)


def test_an_events_page_shows_who_was_told(as_asha: Client) -> None:
    event = OutboxEvent.objects.create(name="a.b", subject="1")
    event.receipts.create(subscriber="accounts.subscribers.welcome", failures=2, last_error="ValueError in welcome")

    page = as_asha.get(f"/admin/common/outboxevent/{event.pk}/change/").content.decode()

    assert "accounts.subscribers.welcome" in page
    assert "ValueError in welcome" in page


def test_the_proofs_page_shows_a_line_each_and_runs_them_on_demand(as_asha: Client) -> None:
    line = {"id": "INV-83", "title": "The chain holds", "outcome": "ok", "rows": 0, "examples": [], "milliseconds": 1}
    run = ProofRun.objects.create(finished_at=clock.now(), proven=1, violated=0, errors=0, results=[line])

    assert "The chain holds" in as_asha.get(f"/admin/common/proofrun/{run.pk}/change/").content.decode()
    assert as_asha.get("/admin/common/proofrun/run/").status_code == 405
    assert as_asha.post("/admin/common/proofrun/run/").status_code == 302
    assert AuditEntry.objects.filter(action="proofs asked for").exists()


def test_the_jobs_page_says_what_waits_and_who_fails(as_asha: Client) -> None:
    event = OutboxEvent.objects.create(name="a.b", subject="1", dead_at=clock.now())
    event.receipts.create(subscriber="some.subscriber", failures=10, last_error="x")
    note_failure("some.task", LookupError("Alice"))

    page = as_asha.get("/admin/jobs/")

    assert "some.task" in page.content.decode()
    assert (page.context["queue_depth"], page.context["alive"], page.context["events"]["dead"]) == (0, False, 1)
    assert "some.subscriber" in page.content.decode()
