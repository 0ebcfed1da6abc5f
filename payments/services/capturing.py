"""Taking what is held."""

from common.money import Money
from payments.enums import CallVerb, PaymentStatus
from payments.errors import Declined, GatewayDown, NothingDue
from payments.gateways.base import Refused, Silent, Unavailable
from payments.gateways.registry import gateway_of
from payments.models import Payment, PaymentId
from payments.services.applying import apply_seen
from payments.services.calls import Wanted, make_call


def capture_payment(pk: PaymentId, amount: Money) -> Payment:
    """Takes the amount, and lets go of the rest; taken already, it stays as it is.

    A gateway that takes no parts takes all of it: what is too much goes back, as any surplus does.
    """
    payment = Payment.objects.get(pk=pk)
    if payment.status == PaymentStatus.CAPTURED:
        return payment
    if payment.status != PaymentStatus.AUTHORIZED or amount.minor < 1 or amount.minor > payment.authorized_minor:
        raise NothingDue
    if not gateway_of(payment.gateway).captures_parts:
        amount = Money(payment.authorized_minor, payment.currency)
    reference = str(payment.gateway_ref)
    try:
        make_call(
            Wanted(payment, CallVerb.CAPTURE, f"capture:{pk}:{amount.minor}"),
            lambda gateway, key: gateway.capture(reference, amount, key=key),
            record=lambda seen: apply_seen(pk, seen),
        )
    except Refused as refusal:
        raise Declined(refusal.message) from refusal
    except (Silent, Unavailable) as error:
        raise GatewayDown from error
    return Payment.objects.get(pk=pk)
