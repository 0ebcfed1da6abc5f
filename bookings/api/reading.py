"""Reading what is sent to pay."""

from typing import Any

from rest_framework.request import Request

from common.api.serializers import StrictSerializer
from common.errors import ValidationFailed
from common.money import Money, MoneyError


def body_of(request: Request, kind: type[StrictSerializer]) -> dict[str, Any]:
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    validated: dict[str, Any] = serializer.validated_data
    return validated


def amount_in(currency: str, text: str | None) -> Money | None:
    """The amount that was sent, in the currency of what is paid for; None where none was."""
    if text is None:
        return None
    try:
        return Money.parse(text, currency)
    except MoneyError as error:
        raise ValidationFailed.of("amount", str(error)) from error
