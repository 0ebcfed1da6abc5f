"""Texts in one spelling (NFC) without characters that hide, reorder or break lines."""

import re
import unicodedata
from typing import Any, ClassVar

from rest_framework import serializers

MAX_LENGTH = 10_000
# More marks on one letter than any script needs.
MAX_MARKS = 8

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029]")
# Overrides, embeddings and isolates of writing direction make a name read as another one.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069\ufff9-\ufffb]")


class TextField(serializers.CharField):
    """One line of text."""

    control = _CONTROL
    default_error_messages: ClassVar = {
        "invalid_character": "A character in this text is not allowed.",
    }

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", MAX_LENGTH)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        # Length is checked again after normalisation, which may only be asked to work on a bounded text.
        if len(data) > (self.max_length or MAX_LENGTH) * 2:
            self.fail("max_length", max_length=self.max_length)
        text = super().to_internal_value(data if data.isascii() else unicodedata.normalize("NFC", data))
        if self.control.search(text) or not (text.isascii() or _readable(text)):
            self.fail("invalid_character")
        return text


class MultilineTextField(TextField):
    """Paragraphs: line breaks and tabs are part of the text, `\\r\\n` is stored as `\\n`."""

    control = _CONTROL_IN_LINES

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data.replace("\r\n", "\n") if isinstance(data, str) else data)


class PersonNameField(TextField):
    """A person's name: runs of blanks become one."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", 100)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        return " ".join(super().to_internal_value(data).split())


def _readable(text: str) -> bool:
    if _DIRECTION.search(text):
        return False
    marks = 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks > MAX_MARKS or unicodedata.category(character) == "Cs":
            return False
    return True
