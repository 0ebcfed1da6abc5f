"""Mail by SMTP and by an API of django-anymail, against servers on this machine."""

from email import message_from_string
from email.message import Message as Mail
from email.policy import default

import pytest
from pytest_django import Settings

from common.ids import new_id
from notifications.channels.base import Message, OutcomeUnknown, Permanent, SendingFailed, Temporary, Unreachable
from notifications.channels.email import EmailChannel
from notifications.tests.providers import HANG_UP, Answer, closed_port, provider, smtp_server

MESSAGE = Message(
    delivery_id=new_id(),
    kind="welcome",
    channel="email",
    to="alice@example.com",
    title="नमस्ते",
    text="Hello Alice,\n\nwelcome.\n",
    html="<p>Hello Alice</p>",
)
INACTIVE = (
    "Found inactive addresses: alice@example.com. Inactive recipients are ones that have generated a hard bounce."
)


@pytest.fixture(autouse=True)
def _smtp(settings: Settings) -> None:
    # pytest-django keeps mails in memory; these tests want them to leave.
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_USE_TLS = False
    settings.PUBLIC_URL = "https://almanac.example"


def parts(mail: Mail) -> dict[str, str]:
    return {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}  # type: ignore[attr-defined]  # of its new policy


def test_a_mail_has_both_forms_and_the_deliverys_own_id(settings: Settings) -> None:
    with smtp_server() as box:
        settings.EMAIL_PORT = box.port

        sent = EmailChannel().send(MESSAGE)

    [raw] = box.mails
    mail = message_from_string(raw, policy=default)
    assert sent == mail["Message-ID"] == f"<{MESSAGE.delivery_id}@almanac.example>"
    assert mail["Subject"] == "नमस्ते"
    assert mail["To"] == "alice@example.com"
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert {kind: text.strip() for kind, text in parts(mail).items()} == {
        "text/plain": "Hello Alice,\n\nwelcome.",
        "text/html": "<p>Hello Alice</p>",
    }


@pytest.mark.parametrize(
    ("refusals", "failure"),
    [
        ({"RCPT": "550 no such user alice@example.com"}, Unreachable),
        ({"RCPT": "452 mailbox full"}, Temporary),
        ({"MAIL": "421 try later"}, Temporary),
        ({"MAIL": "553 sender not allowed"}, Permanent),
        ({"DATA": "451 try later"}, Temporary),
        ({"END": "554 spam"}, Permanent),
        ({"END": ""}, OutcomeUnknown),
        ({"EHLO": "", "HELO": ""}, Temporary),
    ],
)
def test_what_a_server_says_is_understood_and_not_repeated(
    settings: Settings, refusals: dict[str, str], failure: type[SendingFailed]
) -> None:
    with smtp_server(**refusals) as box:
        settings.EMAIL_PORT = box.port
        with pytest.raises(SendingFailed) as raised:
            EmailChannel().send(MESSAGE)

    assert type(raised.value) is failure
    assert "alice" not in str(raised.value)


def test_a_server_that_is_not_there_has_sent_nothing(settings: Settings) -> None:
    with closed_port() as url:
        settings.EMAIL_PORT = int(url.rpartition(":")[2])

        with pytest.raises(Temporary, match="not reached"):
            EmailChannel().send(MESSAGE)


@pytest.fixture
def _postmark(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"


@pytest.mark.usefixtures("_postmark")
def test_a_hosted_provider_is_asked_by_its_api(settings: Settings) -> None:
    answer = {"To": MESSAGE.to, "ErrorCode": 0, "MessageID": "pm-1", "Message": "OK", "SubmittedAt": "x"}
    with provider((200, answer)) as postmark:
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "key", "POSTMARK_API_URL": f"{postmark.url}/"}

        assert EmailChannel().send(MESSAGE) == "pm-1"

    [asked] = postmark.asked
    assert asked.headers["x-postmark-server-token"] == "key"
    assert (asked.json["To"], asked.json["Subject"]) == ("alice@example.com", "नमस्ते")


@pytest.mark.usefixtures("_postmark")
@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        ((500, {}), Temporary),
        ((429, {}), Temporary),
        ((401, {"ErrorCode": 10, "Message": "no"}), Temporary),
        ((422, {"ErrorCode": 406, "Message": INACTIVE}), Unreachable),
        ((422, {"ErrorCode": 400, "Message": "sender not found"}), Permanent),
        (HANG_UP, OutcomeUnknown),
    ],
)
def test_what_its_api_says_is_understood_and_not_repeated(
    settings: Settings, answer: Answer, failure: type[SendingFailed]
) -> None:
    with provider(answer) as postmark:
        settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "key", "POSTMARK_API_URL": f"{postmark.url}/"}
        with pytest.raises(SendingFailed) as raised:
            EmailChannel().send(MESSAGE)

    assert type(raised.value) is failure
    assert "alice" not in str(raised.value)
