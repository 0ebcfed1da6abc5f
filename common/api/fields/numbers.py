"""Whole numbers within bounds. A number that no column can hold is refused here, not by the database."""

import re
from typing import Any

from rest_framework import serializers

_DIGITS = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class BoundedIntegerField(serializers.IntegerField):
    """A JSON integer, or its ASCII digits as text. 32 bits unless told otherwise."""

    def __init__(self, *, min_value: int = -(2**31), max_value: int = 2**31 - 1, **options: Any) -> None:
        super().__init__(min_value=min_value, max_value=max_value, **options)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and _DIGITS.fullmatch(data):
            return int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return data
