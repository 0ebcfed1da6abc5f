"""Telephone numbers: one spelling for each, and which of them may be sent a code."""

import re
import unicodedata
from collections.abc import Collection

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, PhoneNumberType

LONGEST = 40
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
# Blanks, brackets, dashes and dots that people write between digits, and the marks that browsers paste around them.
_FILLING = re.compile("[\\s().\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff/\u2010-\u2015\u2212-]")
# A code sent there is paid for by whoever sends it, and earns whoever asked for it.
_COSTLY = frozenset(
    {
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PAGER,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)
# Numbers of one exchange or one reseller lie in one block.
_BLOCK_DIGITS = 4


class NotAPhoneNumber(ValueError):
    """No international number can be read from it."""


def e164(text: str) -> str:
    """The one spelling of a number that is written internationally, with + or 00; extensions are refused."""
    if len(text) > LONGEST:
        raise NotAPhoneNumber
    digits = _FILLING.sub("", unicodedata.normalize("NFKC", text))
    # Arabic and Indian digits are digits; a country's trunk zero in brackets goes with the parsing below.
    digits = "".join(str(unicodedata.digit(sign, sign)) for sign in digits)
    digits = f"+{digits[2:]}" if digits.startswith("00") else digits
    if not _E164.fullmatch(digits):
        raise NotAPhoneNumber
    try:
        normal = phonenumbers.format_number(phonenumbers.parse(digits), PhoneNumberFormat.E164)
    except NumberParseException as error:
        raise NotAPhoneNumber from error
    if not _E164.fullmatch(normal):
        raise NotAPhoneNumber
    return normal


def may_receive_codes(number: str, countries: Collection[str]) -> bool:
    """False for costly numbers and, if `countries` names any (as ISO codes), for numbers of all others."""
    parsed = phonenumbers.parse(number)
    if phonenumbers.number_type(parsed) in _COSTLY:
        return False
    region = phonenumbers.region_code_for_number(parsed)
    return not countries or (region or phonenumbers.region_code_for_country_code(parsed.country_code or 0)) in countries


def is_assigned(number: str) -> bool:
    """Whether a telephone can have this number at all."""
    return phonenumbers.is_valid_number(phonenumbers.parse(number))


def block_of(number: str) -> str:
    """The ten thousand numbers that this one lies among."""
    return number[:-_BLOCK_DIGITS]
