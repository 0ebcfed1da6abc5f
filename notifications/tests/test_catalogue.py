"""Every message, in every language, on every channel."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from notifications.catalogue import FALLBACK, KINDS, LANGUAGES, Reader, check_context, render, spoken
from notifications.enums import Channel
from notifications.errors import UnknownKind, WrongContext
from notifications.tests.cast import SAMPLES


def sample(kind: str) -> dict[str, Any]:
    return {name: SAMPLES[name] for name in KINDS[kind].needs}


@pytest.mark.parametrize("channel", Channel)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_renders_on_every_channel_in_every_language(kind: str, language: str, channel: Channel) -> None:
    text = render(kind, channel, sample(kind), Reader(language, "Asia/Kolkata", "Alice"))

    shown = f"{text.title} {text.text} {text.html}"
    assert text.title
    assert text.text.strip()
    assert "⟦" not in shown
    assert "{{" not in shown
    assert "{%" not in shown
    assert bool(text.html) is (channel == Channel.EMAIL)
    assert "\n" not in text.title
    assert channel == Channel.EMAIL or "\n" not in text.text


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_that_a_kind_needs_is_used_by_its_mail(kind: str) -> None:
    text = render(kind, Channel.EMAIL, sample(kind), Reader(timezone="Asia/Kolkata"))

    for name, value in sample(kind).items():
        written = "20 January 2026, 10:00 (IST)" if isinstance(value, datetime) else str(value)
        assert written in f"{text.title}\n{text.text}", name


# The words of a promotion are the staff's own, in whatever language they write.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "promotion"])
def test_no_language_is_a_copy_of_the_english(kind: str) -> None:
    titles = {render(kind, Channel.SMS, sample(kind), Reader(language)).text for language in LANGUAGES}

    assert len(titles) == len(LANGUAGES)


@pytest.mark.parametrize(
    ("asked", "language"),
    [("en", "en"), ("hi", "hi"), ("hi-IN", "hi"), ("HI_in", "hi"), ("de", "en"), ("", "en"), ("xx-hi", "en")],
)
def test_a_language_that_is_missing_falls_back_to_english(asked: str, language: str) -> None:
    assert spoken(asked) == language
    assert render("welcome", Channel.SMS, {}, Reader(asked)) == render("welcome", Channel.SMS, {}, Reader(language))
    assert FALLBACK == "en"


def test_html_escapes_every_value_and_text_does_not() -> None:
    reader = Reader(first_name="<b>Eve</b> & co")
    text = render("new_sign_in", Channel.EMAIL, {"at": SAMPLES["at"], "device": "<script>alert(1)</script>"}, reader)

    assert "<script>" not in text.html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text.html
    assert "<b>Eve" not in text.html
    assert "<script>alert(1)</script>" in text.text
    assert "<b>Eve</b> & co" in text.text


def test_a_value_with_line_breaks_cannot_write_a_paragraph_or_a_header_of_its_own() -> None:
    text = render(
        "promotion",
        Channel.EMAIL,
        {"headline": "Hi\r\nBcc: all@example.com", "offer": "One\n\nTwo", "link": "https://almanac.example/"},
    )

    assert text.title == "Hi Bcc: all@example.com"
    assert "One Two" in text.text


def test_a_link_becomes_a_button_with_an_escaped_address() -> None:
    text = render("password_reset_link", Channel.EMAIL, {"link": SAMPLES["link"], "minutes": 60})

    assert 'href="https://almanac.example/x?token=abc&amp;next=1"' in text.html
    assert text.link == SAMPLES["link"]


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        ("Asia/Kolkata", "20 January 2026, 10:00 (IST)"),
        ("America/New_York", "19 January 2026, 23:30 (EST)"),
        ("Asia/Dubai", "20 January 2026, 08:30 (UTC+0400)"),
        ("UTC", "20 January 2026, 04:30 (UTC)"),
    ],
)
@pytest.mark.parametrize("doer", ["UTC", "Pacific/Auckland"])
def test_times_read_by_the_readers_clock_whoever_acts(zone: str, written: str, doer: str) -> None:
    """U9: the zone of whoever clicked, or of the server, is nobody's business."""
    with timezone.override(ZoneInfo(doer)), translation.override("de"):
        text = render("password_changed", Channel.SMS, {"at": SAMPLES["at"]}, Reader(timezone=zone))

    assert written in text.text


def test_months_are_in_the_readers_language() -> None:
    text = render("password_changed", Channel.SMS, {"at": SAMPLES["at"]}, Reader("hi", "Asia/Kolkata"))

    assert "जनवरी" in text.text


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"code": "1"},
        {"code": "1", "minutes": 5, "name": "x"},
        {"code": None, "minutes": 5},
        {"code": True, "minutes": 5},
        {"code": ["1"], "minutes": 5},
        {"code": datetime(2026, 1, 1), "minutes": 5},  # noqa: DTZ001 - that is what is refused
    ],
)
def test_a_context_that_would_leave_a_hole_is_refused(context: dict[str, Any]) -> None:
    with pytest.raises(WrongContext):
        check_context("sign_in_code", context)


def test_an_unknown_kind_is_refused_by_name() -> None:
    with pytest.raises(UnknownKind, match="sing_in"):
        check_context("sing_in", {})
