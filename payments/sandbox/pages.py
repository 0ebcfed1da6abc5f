"""The page on which the sandbox's customers pay, with cards that do not exist."""

from urllib.parse import urlencode, urlsplit, urlunsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from common.money import Money
from payments.sandbox import services
from payments.sandbox.enums import Card, OrderStatus
from payments.sandbox.models import SandboxOrder
from payments.sandbox.selectors import order_on_page

OVER = frozenset({OrderStatus.HELD, OrderStatus.PAID, OrderStatus.DECLINED, OrderStatus.CANCELLED})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Shows the order, and does what the buttons say. A platform without the sandbox has no such page."""
    order = order_on_page(reference) if "sandbox" in settings.PAYMENT_GATEWAYS else None
    if order is None:
        raise Http404
    if request.method == "POST":
        _do(order, request.POST.get("action", ""))
        # The page itself leads back: a form may not be answered with a redirect to another site.
        return HttpResponseRedirect(reverse("sandbox-pay", args=[reference]), status=303)
    return render(request, "sandbox/pay.html", _shown(order))


def _do(order: SandboxOrder, action: str) -> None:
    if action in Card.values:
        services.pay_with(order.reference, action)
    elif action in {"confirm", "refuse"}:
        services.answer_bank(order.reference, confirms=action == "confirm")


def _shown(order: SandboxOrder) -> dict[str, object]:
    return {
        "order": order,
        "amount": Money(order.amount_minor, order.currency),
        "asks": order.status == OrderStatus.NEEDS_AUTHENTICATION,
        "is_over": order.status in OVER,
        "is_good": order.status in {OrderStatus.HELD, OrderStatus.PAID},
        "back": _way_back(order),
        "cards": Card,
    }


def _way_back(order: SandboxOrder) -> str:
    """The merchant's page, told which payment it is about and nothing that it would have to believe."""
    parts = urlsplit(order.return_url)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return ""
    query = "&".join(filter(None, [parts.query, urlencode({"payment_id": str(order.payment_id)})]))
    return urlunsplit(parts._replace(query=query))
