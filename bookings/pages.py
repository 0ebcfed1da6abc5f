"""The page behind a link to pay: what there is to pay, and the way to where it is paid.

Whoever has the link may pay, and learns what, when and how much, but not for whom. Only its button changes anything.
"""

from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from bookings.enums import BookingStatus, PaymentMethod
from bookings.models import Booking
from bookings.selectors.pay_links import DeadLink, booking_of
from bookings.selectors.paying import holds_of, wanted_of
from bookings.services.messages import words
from bookings.services.pay_links import look_again, open_by_link
from bookings.transitions import BOOKED_WITH
from common.client_ip import client_ip, network_key
from common.errors import DomainError
from common.platform import platform_settings
from common.rate_limits import Limit, require
from payments.enums import PaymentStatus
from payments.gateways.base import GatewayError, PayPage
from payments.models import Payment

PAGE = "pages/pay.html"
NEVER_TOOK_PLACE = frozenset({BookingStatus.CANCELLED, BookingStatus.EXPIRED})
SILENT = "The payment provider does not answer just now. Nothing is lost: try again shortly."


class State(StrEnum):
    DEAD = "dead"
    OFF = "off"
    DUE = "due"
    HELD = "held"
    PAID = "paid"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest, token: str) -> HttpResponse:
    """Shows how it stands, and goes to the gateway's page when the button is pressed."""
    try:
        require(_visits(request))
    except DomainError as refusal:
        return _refused(request, {"state": State.DEAD}, refusal)
    booking = _booking(token)
    if booking is None:
        return render(request, PAGE, {"state": State.DEAD}, status=404)
    if request.method != "POST":
        return render(request, PAGE, _shown(booking))
    try:
        require(_presses(booking))
        page = open_by_link(booking, token)
    except DomainError as refusal:
        return _refused(request, _shown(booking), refusal)
    except GatewayError:
        return render(request, PAGE, {**_shown(booking), "trouble": SILENT}, status=503)
    return HttpResponseRedirect(reverse("pay", args=[token]), status=303) if page is None else _sent(request, page)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def come_back(request: HttpRequest, token: str) -> HttpResponse:
    """From the gateway's page, by whatever it sends: it is asked how it went, and what the browser says is not read."""
    booking = _booking(token)
    if booking is not None:
        try:
            require(_visits(request), _presses(booking))
            look_again(booking)
        except DomainError:
            # The page tells what is known, and the webhook comes in any case.
            pass
    return HttpResponseRedirect(reverse("pay", args=[token]), status=303)


def _booking(token: str) -> Booking | None:
    try:
        pk = booking_of(token)
    except DeadLink:
        return None
    found: Booking | None = Booking.objects.select_related(*BOOKED_WITH).filter(pk=pk).first()
    return found


def _shown(booking: Booking) -> dict[str, Any]:
    wanted = wanted_of(booking)
    local = booking.starts_at.astimezone(booking.zone)
    return {
        "state": _state(booking, is_wanted=wanted is not None),
        "amount": wanted[1] if wanted is not None else None,
        "asks": _waits_for_the_bank(booking),
        "is_cash": booking.payment_method == PaymentMethod.CASH,
        "what": words(booking, booking.customer)["what"],
        "when": f"{local:%A, %-d %B %Y, %H:%M} ({booking.timezone})",
        "booking": booking,
        "business": platform_settings().business_name,
    }


def _state(booking: Booking, *, is_wanted: bool) -> State:
    if booking.status in NEVER_TOOK_PLACE:
        return State.OFF
    if is_wanted:
        return State.DUE
    return State.HELD if holds_of(booking.pk).exists() else State.PAID


def _waits_for_the_bank(booking: Booking) -> bool:
    waiting = Payment.objects.of("booking", booking.pk).filter(status=PaymentStatus.REQUIRES_ACTION)
    return waiting.exists()


def _sent(request: HttpRequest, page: PayPage) -> HttpResponse:
    """To a page of ours at once; to another site by a page between: no form may be answered with a redirect there."""
    if not page.fields and page.url.startswith(f"{settings.PUBLIC_URL}/"):
        return HttpResponseRedirect(page.url, status=303)
    response = render(request, "pages/pay_elsewhere.html", {"page": page, "host": urlsplit(page.url).hostname})
    parts = urlsplit(page.url)
    # Forms go nowhere but to us, and this one to where it is paid.
    allowed = {"form-action": [f"{parts.scheme}://{parts.netloc}"]}
    setattr(response, "_csp_update", allowed)  # noqa: B010 - mypy knows no such attribute, which django-csp reads
    return response


def _refused(request: HttpRequest, shown: dict[str, Any], refusal: DomainError) -> HttpResponse:
    response = render(request, PAGE, {**shown, "trouble": refusal.message}, status=refusal.status)
    if refusal.retry_after:
        response["Retry-After"] = str(refusal.retry_after)
    return response


def _visits(request: HttpRequest) -> Limit:
    amount = platform_settings().anonymous_per_minute
    return Limit("pay-page", network_key(client_ip(request)), amount, 60)


def _presses(booking: Booking) -> Limit:
    """Each opens an order at a gateway."""
    return Limit("pay-link", str(booking.pk), platform_settings().payments_per_minute, 60, fails_closed=True)
