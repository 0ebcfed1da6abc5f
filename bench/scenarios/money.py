"""What a gateway tells, stored and answered; and the journal that the ledger keeps of a capture.

No request does nothing but post to the ledger, so that one is called and not asked for over HTTP.
"""

import json
from collections.abc import Callable, Iterator
from itertools import repeat

from django.conf import settings

from bench.copying import copying
from bench.scenario import Database, Load, Scenario, Work
from bench.wire import Request, post
from common import clock
from common.ids import new_id
from common.money import Money
from payments.enums import WebhookState
from payments.ledger import Credit, Debit
from payments.ledger import post as post_journal
from payments.models import Journal, Posting, WebhookEvent
from payments.services.posting import HELD
from payments.signatures import stripe_header

PATH = "/api/v1/payments/webhook/sandbox"
PAID = Money(118_000, "INR")

_EVENT = copying(WebhookEvent, {"id": "uuidv7()", "event_id": "uuidv7()"})
_JOURNAL = copying(Journal, {"id": "%s", "key": "%s", "payable_id": "%s"})
_POSTINGS = copying(Posting, {"id": "uuidv7()", "journal_id": "%s"}, where="alike.journal_id = %s")


def hearing(_database: Database) -> Load:
    """Each event is a new one, signed as the sandbox signs."""
    told = WebhookEvent.objects.create(
        gateway="sandbox",
        event_id=str(new_id()),
        type="order.paid",
        reference="sbo_bench",
        body=json.dumps(_news()).encode(),
        state=WebhookState.RECEIVED,
        due_at=clock.now(),
    )
    work: Work = [(_EVENT, [told.pk])]
    return Load(requests=lambda _take: _webhooks(), bare_sql=lambda _take: repeat(work))


def posting(_database: Database) -> Load:
    like = _post_capture()

    def bare_sql(_take: int) -> Iterator[Work]:
        while True:
            journal = new_id()
            yield [(_JOURNAL, [journal, f"capture:{journal}", new_id(), like.pk]), (_POSTINGS, [journal, like.pk])]

    return Load(calls=lambda _take: _captures(), bare_sql=bare_sql)


def _webhooks() -> Iterator[Request]:
    while True:
        body = _news()
        now, secret = int(clock.now().timestamp()), settings.SANDBOX_WEBHOOK_SECRETS[0]
        signed = stripe_header(json.dumps(body).encode(), secret=secret, at=now)
        yield post(PATH, body, headers={"Sandbox-Signature": signed})


def _news() -> dict[str, object]:
    return {"id": f"sbe_{new_id().hex}", "type": "order.paid", "order": {"id": "sbo_bench", "payment_id": ""}}


def _captures() -> Iterator[Callable[[], object]]:
    return repeat(_post_capture)


def _post_capture() -> Journal:
    moves = [Debit("gateway:sandbox", PAID), Credit(HELD, PAID)]
    return post_journal("capture", key=f"capture:{new_id()}", moves=moves, payable=("booking", new_id()))


SCENARIOS = [
    Scenario("webhook", hearing),
    Scenario("ledger-capture", posting),
]
