"""What waits to be sent opens with its own row only."""

import pytest
from pytest_django import Settings

from common.ids import new_id
from notifications.sealing import Unopenable, opened, seal
from notifications.tests.cast import SAMPLES

ROW = new_id()
CONTENT = {"to": "+919876543210", "context": {"code": "428913", "minutes": 5, "at": SAMPLES["at"]}}


def test_what_was_sealed_is_opened_unchanged() -> None:
    assert opened(ROW, seal(ROW, CONTENT)) == CONTENT


def test_nothing_of_it_can_be_read() -> None:
    sealed = seal(ROW, CONTENT)

    assert b"428913" not in sealed
    assert b"9876543210" not in sealed
    assert seal(ROW, CONTENT) != sealed


def test_it_opens_for_no_other_row() -> None:
    with pytest.raises(Unopenable):
        opened(new_id(), seal(ROW, CONTENT))


def test_every_byte_counts() -> None:
    sealed = seal(ROW, CONTENT)

    for position in range(len(sealed)):
        damaged = bytearray(sealed)
        damaged[position] ^= 1
        with pytest.raises(Unopenable):
            opened(ROW, bytes(damaged))
    for length in (0, 5, 12, len(sealed) - 1):
        with pytest.raises(Unopenable):
            opened(ROW, sealed[:length])


def test_a_key_that_is_being_replaced_still_opens(settings: Settings) -> None:
    sealed = seal(ROW, CONTENT)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another secret of some length"

    with pytest.raises(Unopenable):
        opened(ROW, sealed)
    settings.SECRET_KEY_FALLBACKS = [old]

    assert opened(ROW, sealed) == CONTENT


def test_what_json_cannot_say_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot carry a set"):
        seal(ROW, {"context": {"code": {1}}})
