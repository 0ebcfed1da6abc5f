"""Telegram's three signatures: what was signed passes, everything else fails."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from accounts.errors import TelegramRefused
from accounts.telegram_signature import (
    PUBLIC_KEYS,
    SignedPerson,
    person_of_app,
    person_of_foreign_app,
    person_of_widget,
    require_fresh,
)
from accounts.tests.telegram_signing import (
    BOT_ID,
    BOT_TOKEN,
    PUBLIC_KEY,
    USER,
    app_fields,
    check_string,
    encoded,
    hashed,
    init_data,
    widget,
)

NOW = 1_760_000_000


def of_widget(fields: dict[str, Any], bot_token: str = BOT_TOKEN) -> SignedPerson:
    return person_of_widget({name: str(value) for name, value in fields.items()}, bot_token=bot_token)


def of_app(raw: str, bot_token: str = BOT_TOKEN) -> SignedPerson:
    return person_of_app(raw, bot_token=bot_token)


def of_foreign_app(raw: str, bot_id: int = BOT_ID, public_key: str = PUBLIC_KEY) -> SignedPerson:
    return person_of_foreign_app(raw, bot_id=bot_id, public_key=public_key)


def test_each_shape_tells_who_it_is() -> None:
    raw = init_data(app_fields(NOW))

    by_widget, by_app, by_key = of_widget(widget(NOW)), of_app(raw), of_foreign_app(raw)

    assert (by_widget.id, by_widget.first_name, by_widget.signed_at) == (279058397, "Álvaro", NOW)
    assert (by_app.id, by_app.last_name, by_app.language, by_app.signed_at) == (279058397, USER["last_name"], "es", NOW)
    assert (by_key.id, by_key.signed_at) == (by_app.id, by_app.signed_at)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"chat_instance": "-3788475317572404878", "chat_type": "sender"},
        {"start_param": ""},
        {"user": '{"id":279058397,"first_name":"V","photo_url":"https:\\/\\/t.me\\/i\\/userpic\\/320\\/a.svg"}'},
        {"user": '{"id":279058397,"first_name":"+ % & = \\u0434","is_premium":true}'},
    ],
)
def test_what_phones_send_passes(changes: dict[str, str]) -> None:
    """U38, A066: with and without `signature`, blank values, escaped slashes."""
    fields = app_fields(NOW, **changes)

    assert of_app(init_data(fields)).id == of_app(hashed(fields)).id == 279058397


@pytest.mark.parametrize("replacement", [1, 2, 4, 0x20, 0x80])
def test_every_changed_byte_of_init_data_fails(replacement: int) -> None:
    """A061."""
    raw = init_data(app_fields(NOW))
    of_app(raw)

    for position in range(len(raw)):
        changed = raw[:position] + chr(ord(raw[position]) ^ replacement) + raw[position + 1 :]
        with pytest.raises(TelegramRefused):
            of_app(changed)


def test_every_other_character_anywhere_in_init_data_fails() -> None:
    raw = hashed(app_fields(NOW))

    for position in range(0, len(raw), 3):
        for character in "aA0%+& =\x00\u00e9":
            if character != raw[position]:
                with pytest.raises(TelegramRefused):
                    of_app(raw[:position] + character + raw[position + 1 :])


@pytest.mark.parametrize("replacement", [1, 2, 0x20])
def test_every_changed_byte_that_the_public_key_covers_fails(replacement: int) -> None:
    """Telegram leaves `hash` out of this signature, so only its form is looked at."""
    raw = init_data(app_fields(NOW))
    of_foreign_app(raw)

    for position in range(raw.index("&hash=") + 6):
        changed = raw[:position] + chr(ord(raw[position]) ^ replacement) + raw[position + 1 :]
        with pytest.raises(TelegramRefused):
            of_foreign_app(changed)


@pytest.mark.parametrize("replacement", [1, 2, 0x20])
def test_every_changed_byte_of_the_widgets_fields_fails(replacement: int) -> None:
    fields = {name: str(value) for name, value in widget(NOW).items()}
    of_widget(fields)

    for name, value in fields.items():
        for position in range(len(value)):
            changed = value[:position] + chr(ord(value[position]) ^ replacement) + value[position + 1 :]
            with pytest.raises(TelegramRefused):
                of_widget({**fields, name: changed})


GOOD = hashed(app_fields(NOW))
BAD: dict[str, Callable[[], str]] = {
    "empty": lambda: "",
    "one megabyte": lambda: GOOD + "&x=" + "a" * 1_000_000,
    "no hash": lambda: GOOD.rpartition("&hash=")[0],
    "empty hash": lambda: GOOD.rpartition("&hash=")[0] + "&hash=",
    "hash in capitals": lambda: GOOD.rpartition("=")[0] + "=" + GOOD.rpartition("=")[2].upper(),
    "hash cut short": lambda: GOOD[:-1],
    "a field twice": lambda: GOOD + "&user=%7B%22id%22%3A1%7D",
    "a field twice, alike": lambda: GOOD + "&auth_date=" + str(NOW),
    "a field in front": lambda: "user=%7B%22id%22%3A1%7D&" + GOOD,
    "hash twice": lambda: GOOD + "&hash=" + "0" * 64,
    "another field": lambda: GOOD + "&start_param=x",
    "a field less": lambda: "&".join(GOOD.split("&")[1:]),
    "an escaped key": lambda: GOOD.replace("auth_date", "auth%5Fdate"),
    "small escapes": lambda: GOOD.replace("%7B", "%7b"),
    "a bare percent": lambda: GOOD.replace("%7B", "%"),
    "no UTF-8": lambda: GOOD.replace("%7B", "%FF"),
    "an ampersand too many": lambda: GOOD + "&",
    "another bot": lambda: hashed(app_fields(NOW), bot_token="999999999:AAH-test_token_of_nobodys_bot_000000"),
    "an empty token": lambda: hashed(app_fields(NOW), bot_token=""),
    "no user": lambda: hashed({"auth_date": str(NOW)}),
    "a bot": lambda: hashed(app_fields(NOW, user='{"id":5,"is_bot":true}')),
    "user is a list": lambda: hashed(app_fields(NOW, user="[5]")),
    "user is deep": lambda: hashed(app_fields(NOW, user="[" * 2_000)),
    "id is text": lambda: hashed(app_fields(NOW, user='{"id":"5"}')),
    "id is true": lambda: hashed(app_fields(NOW, user='{"id":true}')),
    "id is negative": lambda: hashed(app_fields(NOW, user='{"id":-5}')),
    "id is endless": lambda: hashed(app_fields(NOW, user='{"id":' + "9" * 30 + "}")),
    "a line break in a value": lambda: hashed(app_fields(NOW, start_param="x\nuser=1")),
}


@pytest.mark.parametrize("name", BAD)
def test_what_telegram_would_not_send_fails(name: str) -> None:
    """A061, A064."""
    with pytest.raises(TelegramRefused):
        of_app(BAD[name]())


@pytest.mark.parametrize("date", ["", "-5", "0", "01", "1" * 30, "now", "1760000000.0", " 1760000000", "１７６"])
def test_an_odd_date_fails_though_it_is_signed(date: str) -> None:
    """A062."""
    with pytest.raises(TelegramRefused):
        of_app(hashed(app_fields(NOW, auth_date=date)))
    with pytest.raises(TelegramRefused):
        of_widget(widget(NOW, auth_date=date))


def test_the_order_of_fields_does_not_matter() -> None:
    """Telegram signs them sorted, so another order says the same."""
    assert of_app("&".join(reversed(GOOD.split("&")))) == of_app(GOOD)


def test_one_shape_does_not_pass_for_another() -> None:
    """A065: their keys differ, so the same fields have different hashes."""
    fields = {name: str(value) for name, value in widget(NOW).items()}
    with pytest.raises(TelegramRefused):
        of_app(encoded(fields))
    app = app_fields(NOW)
    signed = hashlib.sha256(check_string(app)).hexdigest()
    with pytest.raises(TelegramRefused):
        of_widget({**app, "hash": signed})


def test_only_the_named_environment_and_bot_pass() -> None:
    """A067, E306."""
    raw = init_data(app_fields(NOW))
    stranger = Ed25519PrivateKey.generate()

    attempts: list[Callable[[], SignedPerson]] = [
        lambda: of_foreign_app(raw, bot_id=BOT_ID + 1),
        lambda: of_foreign_app(raw, public_key=PUBLIC_KEYS["production"]),
        lambda: of_foreign_app(raw, public_key=PUBLIC_KEYS["test"]),
        lambda: of_foreign_app(init_data(app_fields(NOW), key=stranger)),
        lambda: of_foreign_app(hashed(app_fields(NOW))),
        lambda: of_foreign_app(encoded({**app_fields(NOW), "signature": "A" * 86, "hash": "0" * 64})),
    ]
    for attempt in attempts:
        with pytest.raises(TelegramRefused):
            attempt()


@pytest.mark.parametrize(
    ("age", "longest", "passes"),
    [(0, 3600, True), (3600, 3600, True), (3601, 3600, False), (-60, 3600, True), (-61, 3600, False)],
)
def test_data_is_fresh_for_its_time_and_hardly_ahead_of_it(age: int, longest: int, passes: bool) -> None:
    """A062, E302."""
    person = of_widget(widget(NOW - age))

    if passes:
        require_fresh(person, now=NOW, longest=longest)
    else:
        with pytest.raises(TelegramRefused):
            require_fresh(person, now=NOW, longest=longest)


@given(st.text(max_size=300))
def test_no_text_passes_or_stumbles(text: str) -> None:
    for read in (of_app, of_foreign_app):
        with pytest.raises(TelegramRefused):
            read(text)


@given(st.dictionaries(st.sampled_from(["id", "first_name", "auth_date", "hash", "user"]), st.text(max_size=70)))
def test_no_fields_pass_or_stumble(fields: dict[str, str]) -> None:
    with pytest.raises(TelegramRefused):
        of_widget(fields)
