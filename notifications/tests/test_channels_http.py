"""SMS, push and Telegram against providers on this machine: what they are sent, and what their answers mean."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from pytest_django import Settings

from common.ids import new_id
from notifications.channels.base import (
    Channel,
    Message,
    OutcomeUnknown,
    Permanent,
    SendingFailed,
    Temporary,
    Unreachable,
)
from notifications.channels.push import FcmChannel
from notifications.channels.sms import Msg91Channel, TwilioChannel
from notifications.channels.telegram import TelegramChannel
from notifications.tests.providers import HANG_UP, Answer, closed_port, provider

MESSAGE = Message(
    delivery_id=new_id(),
    kind="promotion",
    channel="any",
    to="+919876543210",
    title="Tom & Jerry <3",
    text="Save 10 % <today>",
    link="https://almanac.example/x",
)
TOKEN = (200, {"access_token": "fcm-access", "expires_in": 3600, "token_type": "Bearer"})


@pytest.fixture(autouse=True)
def _accounts(settings: Settings) -> None:
    settings.TWILIO_ACCOUNT_SID = "AC1"
    settings.TWILIO_AUTH_TOKEN = "twilio-secret"
    settings.TWILIO_FROM = "+15005550006"
    settings.MSG91_AUTH_KEY = "msg91-secret"
    settings.MSG91_TEMPLATE_ID = "flow-1"
    settings.TELEGRAM_BOT_TOKEN = "123456:telegram-secret"


@pytest.fixture(scope="module")
def pem() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()


@pytest.fixture
def service_account(pem: str, settings: Settings, tmp_path: Path) -> Iterator[Any]:
    """The file that Firebase gives, whose tokens come from this machine."""
    with provider(TOKEN) as google:
        facts = {
            "type": "service_account",
            "project_id": "almanac-demo",
            "private_key": pem,
            "client_email": "push@almanac-demo.example.com",
            "token_uri": f"{google.url}/token",
        }
        path = tmp_path / "account.json"
        path.write_text(json.dumps(facts))
        settings.FCM_SERVICE_ACCOUNT_FILE = str(path)
        yield google


def test_twilio_is_sent_number_sender_and_text(settings: Settings) -> None:
    with provider((201, {"sid": "SM1"})) as twilio:
        settings.TWILIO_API_URL = twilio.url

        assert TwilioChannel().send(MESSAGE) == "SM1"

    [asked] = twilio.asked
    assert asked.path == "/2010-04-01/Accounts/AC1/Messages.json"
    assert asked.headers["authorization"] == "Basic QUMxOnR3aWxpby1zZWNyZXQ="
    assert asked.form == {"To": "+919876543210", "From": "+15005550006", "Body": "Save 10 % <today>"}


def test_msg91_is_sent_its_flow_with_the_whole_text(settings: Settings) -> None:
    with provider((200, {"type": "success", "message": "req-1"})) as msg91:
        settings.MSG91_API_URL = msg91.url

        assert Msg91Channel().send(MESSAGE) == "req-1"

    [asked] = msg91.asked
    assert asked.path == "/api/v5/flow"
    assert asked.headers["authkey"] == "msg91-secret"
    assert asked.json == {
        "template_id": "flow-1",
        "short_url": "0",
        "recipients": [{"mobiles": "919876543210", "message": "Save 10 % <today>"}],
    }


def test_telegram_is_sent_escaped_html(settings: Settings) -> None:
    with provider((200, {"ok": True, "result": {"message_id": 77}})) as telegram:
        settings.TELEGRAM_API_URL = telegram.url

        assert TelegramChannel().send(MESSAGE) == "77"

    [asked] = telegram.asked
    assert asked.path == "/bot123456:telegram-secret/sendMessage"
    assert asked.json == {
        "chat_id": "+919876543210",
        "text": "<b>Tom &amp; Jerry &lt;3</b>\n\nSave 10 % &lt;today&gt;",
        "parse_mode": "HTML",
    }


def test_push_is_sent_with_a_tag_that_lets_a_copy_replace_it(settings: Settings, service_account: Any) -> None:
    with provider((200, {"name": "projects/almanac-demo/messages/1"})) as fcm:
        settings.FCM_API_URL = fcm.url
        channel = FcmChannel()

        sent = [channel.send(MESSAGE), channel.send(MESSAGE)]

    assert sent == ["projects/almanac-demo/messages/1"] * 2
    assert [asked.path for asked in fcm.asked] == ["/v1/projects/almanac-demo/messages:send"] * 2
    assert fcm.asked[0].headers["authorization"] == "Bearer fcm-access"
    sent_message = fcm.asked[0].json["message"]
    assert sent_message["token"] == MESSAGE.to
    assert sent_message["notification"] == {"title": "Tom & Jerry <3", "body": "Save 10 % <today>"}
    tag = str(MESSAGE.delivery_id)
    assert sent_message["android"]["notification"]["tag"] == sent_message["apns"]["headers"]["apns-collapse-id"] == tag
    # One access token serves both.
    assert len(service_account.asked) == 1


def test_no_access_token_is_a_reason_to_wait(settings: Settings, service_account: Any) -> None:
    service_account.answers[:] = [(500, {})]

    with pytest.raises(Temporary, match="no access token"):
        FcmChannel().send(MESSAGE)


def fcm_error(code: str) -> dict[str, Any]:
    return {"error": {"status": "X", "details": [{"@type": "x"}, {"errorCode": code}]}}


CASES: list[tuple[str, Answer, type[SendingFailed]]] = [
    ("twilio", (400, {"code": 21211, "message": "invalid +919876543210"}), Unreachable),
    ("twilio", (400, {"code": 21610}), Unreachable),
    ("twilio", (400, {"code": 21617}), Permanent),
    ("twilio", (401, {"code": 20003}), Temporary),
    ("twilio", (429, {"code": 20429}), Temporary),
    ("twilio", (503, {}), Temporary),
    ("twilio", (504, {}), OutcomeUnknown),
    ("twilio", (201, {}), OutcomeUnknown),
    ("twilio", HANG_UP, OutcomeUnknown),
    ("msg91", (200, {"type": "error", "message": "invalid 919876543210", "code": "301"}), Permanent),
    ("msg91", (401, {"type": "error"}), Temporary),
    ("msg91", (500, {}), Temporary),
    ("msg91", HANG_UP, OutcomeUnknown),
    ("telegram", (403, {"ok": False, "description": "Forbidden: bot was blocked by the user"}), Unreachable),
    ("telegram", (400, {"ok": False, "description": "Bad Request: chat not found"}), Unreachable),
    ("telegram", (400, {"ok": False, "description": "Bad Request: can't parse entities"}), Permanent),
    ("telegram", (401, {"ok": False, "description": "Unauthorized"}), Temporary),
    ("telegram", (502, {}), Temporary),
    ("telegram", (200, {"ok": True, "result": None}), OutcomeUnknown),
    ("telegram", HANG_UP, OutcomeUnknown),
    ("fcm", (404, fcm_error("UNREGISTERED")), Unreachable),
    ("fcm", (403, fcm_error("SENDER_ID_MISMATCH")), Unreachable),
    ("fcm", (403, fcm_error("THIRD_PARTY_AUTH_ERROR")), Temporary),
    ("fcm", (400, fcm_error("INVALID_ARGUMENT")), Permanent),
    ("fcm", (503, fcm_error("UNAVAILABLE")), Temporary),
    ("fcm", HANG_UP, OutcomeUnknown),
]
CHANNELS: dict[str, type[Channel]] = {
    "twilio": TwilioChannel,
    "msg91": Msg91Channel,
    "telegram": TelegramChannel,
    "fcm": FcmChannel,
}
ADDRESSES = {
    "twilio": "TWILIO_API_URL",
    "msg91": "MSG91_API_URL",
    "telegram": "TELEGRAM_API_URL",
    "fcm": "FCM_API_URL",
}


@pytest.mark.usefixtures("service_account")
@pytest.mark.parametrize(("name", "answer", "failure"), CASES)
def test_what_a_provider_says_is_understood_and_not_repeated(
    settings: Settings, caplog: pytest.LogCaptureFixture, name: str, answer: Answer, failure: type[SendingFailed]
) -> None:
    with provider(answer) as known:
        setattr(settings, ADDRESSES[name], known.url)
        with pytest.raises(SendingFailed) as raised:
            CHANNELS[name]().send(MESSAGE)

    assert type(raised.value) is failure
    said = f"{raised.value} {raised.value.__cause__} {caplog.text}"
    for secret in ("9876543210", "secret", "Save 10"):
        assert secret not in said


@pytest.mark.usefixtures("service_account")
@pytest.mark.parametrize("name", CHANNELS)
def test_a_provider_that_is_not_there_has_sent_nothing(settings: Settings, name: str) -> None:
    with closed_port() as url:
        setattr(settings, ADDRESSES[name], url)

        with pytest.raises(Temporary, match="not reached"):
            CHANNELS[name]().send(MESSAGE)


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        ((429, {"ok": False, "parameters": {"retry_after": 30}}), 30),
        ((429, {"ok": False, "parameters": {"retry_after": 10**8}}), 3600),
        ((429, {"ok": False}, {"Retry-After": "7"}), 7),
        ((429, {"ok": False}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), None),
        ((429, {"ok": False, "parameters": {"retry_after": "x"}}), None),
    ],
)
def test_the_wait_that_a_provider_asks_for_is_kept(settings: Settings, answer: Answer, seconds: int | None) -> None:
    with provider(answer) as telegram:
        settings.TELEGRAM_API_URL = telegram.url
        with pytest.raises(Temporary) as raised:
            TelegramChannel().send(MESSAGE)

    assert raised.value.retry_after == seconds


def test_a_redirect_is_not_followed_with_our_key(settings: Settings) -> None:
    with provider((200, {"sid": "SM1"})) as elsewhere, provider((302, {}, {"Location": elsewhere.url})) as twilio:
        settings.TWILIO_API_URL = twilio.url
        with pytest.raises(SendingFailed):
            TwilioChannel().send(MESSAGE)

    assert elsewhere.asked == []


def test_a_long_text_is_cut_before_it_is_escaped(settings: Settings) -> None:
    with provider((200, {"ok": True, "result": {"message_id": 1}})) as telegram:
        settings.TELEGRAM_API_URL = telegram.url
        TelegramChannel().send(Message(new_id(), "k", "telegram", "1", "T", "&" * 9_000))

    text = telegram.asked[0].json["text"]
    assert text.count("&amp;") == 4_085
    assert text.endswith("&amp;")
