import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.conf import settings
from django.test import RequestFactory

from common.context import set_request_id
from common.logs import configure, formatter

PHONE, CARD, MAIL, OTP = "+919876543210", "4111111111111111", "alice@mail.example.com", "482913"


@pytest.fixture(params=["json", "console"])
def style(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def written() -> Iterator[StringIO]:
    """What the root logger writes as JSON."""
    yield from _capturing("json")


def _capturing(style: str) -> Iterator[StringIO]:
    output = StringIO()
    handler = logging.StreamHandler(output)
    handler.setFormatter(formatter(style))
    root = logging.getLogger()
    root.addHandler(handler)
    yield output
    root.removeHandler(handler)


@pytest.fixture
def written_in_style(style: str) -> Iterator[StringIO]:
    yield from _capturing(style)


def test_structlog_and_the_standard_library_write_the_same_line(written: StringIO) -> None:
    structlog.get_logger("almanac.test").info("hello", booking="b1")
    logging.getLogger("almanac.test").info("hello", extra={"booking": "b1"})

    first, second = (json.loads(line) for line in written.getvalue().splitlines())
    assert first.pop("time") <= second.pop("time")
    assert first == second == {"level": "info", "logger": "almanac.test", "event": "hello", "booking": "b1"}


def test_a_line_bears_the_request_id(written: StringIO) -> None:
    set_request_id("req-12345678")
    logging.getLogger("django.anything").warning("x")
    set_request_id("")

    assert json.loads(written.getvalue())["request_id"] == "req-12345678"


def test_what_is_logged_cannot_pass_itself_off_as_what_we_know(written: StringIO) -> None:
    set_request_id("req-12345678")
    structlog.get_logger("almanac.test").info("x", request_id="forged", level="critical", time="yesterday")
    set_request_id("")

    line = json.loads(written.getvalue())
    assert (line["request_id"], line["level"]) == ("req-12345678", "info")
    assert (line["request_id_"], line["level_"], line["time_"]) == ("forged", "critical", "yesterday")


@pytest.mark.parametrize(
    "attack",
    [
        '\n{"level":"info","event":"forged"}',
        "\r\nforged",
        "\x1b[2J\x1b[31mforged",
        "\u2028forged",
        "\u202egnirts desrever",
        "\x00\x07\x08\x9b",
    ],
    ids=["newline", "crlf", "ansi", "separator", "direction", "control"],
)
def test_no_input_forges_a_line_or_steers_a_terminal(written_in_style: StringIO, attack: str) -> None:
    structlog.get_logger("almanac.test").info(f"said {attack}", name=attack, nested={"deep": [attack]})
    logging.getLogger("almanac.test").info("said %s", attack)

    text = written_in_style.getvalue()
    assert text.count("\n") == 2
    assert not set("\r\x1b\u2028\u202e\x00\x07\x08\x9b") & set(text)
    text.encode()


def test_a_lone_surrogate_does_not_break_the_output(style: str) -> None:
    record = logging.makeLogRecord({"name": "x", "levelname": "INFO", "msg": "said \udc80"})

    assert "\\udc80" in formatter(style).format(record)


def test_no_secret_and_nobody_is_written(written_in_style: StringIO) -> None:
    structlog.get_logger("almanac.test").info(
        f"sent to {MAIL}", phone=PHONE, body={"card": CARD, "otp": OTP}, headers={"Authorization": "Bearer abcdefgh1"}
    )
    logging.getLogger("almanac.test").warning("to %s by %s, OTP is %s", PHONE, MAIL, OTP, extra={"token": "abcdefgh1"})

    text = written_in_style.getvalue()
    assert not [secret for secret in (PHONE, CARD, MAIL, OTP, "abcdefgh1") if secret in text]


def test_an_exception_is_written_with_its_stack_and_without_locals(written_in_style: StringIO) -> None:
    def fail() -> None:
        hunter2 = "local-" + "variable"
        raise ValueError(f"no such person as {MAIL}\nforged line with {len(hunter2)}")

    try:
        fail()
    except ValueError:
        logging.getLogger("almanac.test").exception("it failed")
        structlog.get_logger("almanac.test").exception("it failed")

    text = written_in_style.getvalue()
    assert text.count("in fail") == 2
    assert "local-variable" not in text
    assert MAIL not in text
    assert "\nforged" not in text


def test_an_object_in_a_line_is_named_and_not_dumped(written: StringIO) -> None:
    request = RequestFactory().get("/x", {"token": "abcdefgh1"})

    logging.getLogger("django.test").info("x", extra={"request": request, "thing": request})

    assert json.loads(written.getvalue())["thing"] == "<WSGIRequest>"


def test_the_servers_and_celery_write_through_our_handler_only() -> None:
    noisy = logging.StreamHandler(sys.stdout)
    logging.getLogger("uvicorn").addHandler(noisy)

    configure(settings.LOGGING)

    for name in ("django", "uvicorn", "uvicorn.error", "celery"):
        assert logging.getLogger(name).handlers == []
        assert logging.getLogger(name).propagate
