"""Amounts as decimal strings. What a client sends is only ever compared with what the server computed."""

from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.money import AmountOutOfRange, Money, MoneyError, UnknownCurrency, exponent

LONGEST_AMOUNT = 24


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$", "example": "2124.00"})
class MoneyField(serializers.Field[Money, Any, str, Any]):
    """`Money` inside, a decimal string outside.

    Input is read in `currency`, or in the serializer's context under that name. JSON numbers are accepted when they
    are written plainly; signs, exponents and more decimals than the currency has are refused.
    """

    default_error_messages: ClassVar = {
        "invalid": "Write an amount as digits with a decimal point, such as 12.50.",
        "out_of_range": "This amount is too large.",
    }

    def __init__(self, *, currency: str | None = None, **options: Any) -> None:
        self.currency = currency
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> Money:
        if isinstance(data, bool) or not isinstance(data, str | int | float):
            self.fail("invalid")
        text = str(data)
        if len(text) > LONGEST_AMOUNT or text.startswith("-"):
            self.fail("invalid")
        try:
            return Money.parse(text, self._currency())
        except AmountOutOfRange:
            self.fail("out_of_range")
        except MoneyError:
            self.fail("invalid")

    def to_representation(self, value: Money) -> str:
        return str(value)

    def _currency(self) -> str:
        currency = self.currency or self.context.get("currency")
        if not currency:
            raise ImproperlyConfigured(f"{self.field_name} does not know its currency.")
        return str(currency)


@extend_schema_field({"type": "string", "pattern": "^[A-Z]{3}$", "example": "INR"})
class CurrencyField(serializers.Field[str, Any, str, Any]):
    """The ISO 4217 code of a currency that people pay in; lower case is read too."""

    default_error_messages: ClassVar = {"invalid": "Name a currency by its code, such as INR."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or len(data) != 3 or not data.isascii():
            self.fail("invalid")
        try:
            exponent(data.upper())
        except UnknownCurrency:
            self.fail("invalid")
        return data.upper()

    def to_representation(self, value: str) -> str:
        return str(value)
