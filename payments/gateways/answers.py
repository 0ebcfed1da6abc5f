"""Reads what a gateway answered, and believes nothing about its shape.

Whatever is missing, of another type or of another order than was asked about makes an answer that nobody understands:
`Silent`, and the gateway is asked again.
"""

from collections.abc import Mapping
from typing import Any

from common.money import Money, MoneyError
from payments.gateways.base import Silent

LONGEST_REFERENCE = 100


def answer(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Silent("the answer is no object")
    return value


def part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within the answer; empty where it is null or missing, as optional ones are."""
    value = said.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Silent(f"the answer's {name} is no object")
    return value


def parts(said: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = said.get(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Silent(f"the answer's {name} is no list of objects")
    return value


def reference(said: Mapping[str, Any], name: str = "id") -> str:
    """An id of theirs: a short text of visible ASCII, and never empty."""
    value = said.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= LONGEST_REFERENCE or not value.isascii():
        raise Silent(f"the answer has no {name}")
    if not value.isprintable():
        raise Silent(f"the answer's {name} is no reference")
    return value


def same_reference(said: Mapping[str, Any], wanted: str, name: str = "id") -> str:
    """The id that was asked about; an answer about anything else is none."""
    if reference(said, name) != wanted:
        raise Silent(f"the answer is about another {name}")
    return wanted


def text(said: Mapping[str, Any], name: str, *, longest: int = 300) -> str:
    """A text, cut to what fits; empty where there is none."""
    value = said.get(name)
    return value[:longest] if isinstance(value, str) else ""


def word(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    if not isinstance(value, str) or not value:
        raise Silent(f"the answer has no {name}")
    return value


def whole(said: Mapping[str, Any], name: str, default: int | None = None) -> int:
    """A whole number that is not negative; never a text or a float that looks like one."""
    value = said.get(name, default)
    if value is None and default is not None:
        value = default
    if type(value) is not int or value < 0:
        raise Silent(f"the answer's {name} is no amount")
    return value


def money(minor: int, currency: str) -> Money:
    """An amount of our own minor units."""
    try:
        return Money(minor, currency)
    except MoneyError as error:
        raise Silent("the answer's amount is impossible") from error


def same_money(found: Money, wanted: Money) -> Money:
    if found != wanted:
        raise Silent("the answer is about another amount")
    return wanted
