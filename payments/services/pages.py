"""The gateways' own pages, for customers who pay by a link."""

from common.platform import platform_settings
from payments.gateways.base import PayPage
from payments.gateways.registry import gateway_of
from payments.models import Payment


def page_of(payment: Payment, *, back: str) -> PayPage | None:
    """Where this payment is paid or confirmed; None where its gateway has no page for it as it stands."""
    title = platform_settings().business_name
    return gateway_of(payment.gateway).pay_page(payment.client, title=title, back=back)
