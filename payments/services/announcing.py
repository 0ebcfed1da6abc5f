"""What the rest of the platform is told of money: payment.succeeded, failed, refunded and disputed."""

from common.events import Value, publish
from payments.models import Payment


def announce(name: str, payment: Payment, *, cause: str, **more: Value) -> None:
    """Once for each cause."""
    told: dict[str, Value] = {
        "payable_type": payment.payable_type,
        "payable_id": payment.payable_id,
        "purpose": payment.purpose,
        "currency": payment.currency,
        "amount_minor": payment.amount_minor,
        **more,
    }
    publish(name, payment.pk, told, key=f"{name}:{payment.pk}:{cause}")
