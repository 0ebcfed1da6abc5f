"""Reading what is sent to pay."""

from typing import Any

from rest_framework.request import Request

from common.api.serializers import StrictSerializer
from common.errors import ValidationFailed
from common.money import Money, MoneyError
from payments.errors import GatewayDown
from payments.gateways.registry import online_gateways


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


def gateway_for(name: str | None) -> str:
    """Cash is handed over in person: only gateways with books of their own are paid here."""
    online = online_gateways()
    if name is not None and name not in online:
        raise ValidationFailed.of("gateway", f"Name one of these: {', '.join(online)}.")
    if not online:
        raise GatewayDown("Nothing can be paid online here.")
    return name or online[0]
