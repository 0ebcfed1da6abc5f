"""The page on which the desk says that a customer has paid in cash: how much, and that it is really here."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.admin.actors import actor_of
from accounts.models import User
from bookings.admin.fields import DeskForm, reason_field
from bookings.admin.previews import preview_of, priced
from bookings.enums import PaymentMethod
from bookings.models import Booking
from bookings.selectors.paying import rest_of
from bookings.services.cash import record_cash
from bookings.transitions import BOOKED_WITH
from common import audit, clock
from common.errors import DomainError
from common.money import Money, MoneyError

COLLECT = "payments.collect_payment"


class CashForm(DeskForm):
    """The amount that is due stands there to be read; it is compared with what is due when it is posted."""

    amount = forms.CharField(max_length=24, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}))
    reason = reason_field(required=False)

    def __init__(self, data: Any, *, due: Money) -> None:
        super().__init__(data, initial={"amount": str(due)})
        self.currency = due.currency
        self.fields["amount"].help_text = f"In {due.currency}; what is due is {due}."

    def clean_amount(self) -> Money:
        try:
            return Money.parse(self.cleaned_data["amount"], self.currency)
        except MoneyError as problem:
            raise forms.ValidationError(str(problem)) from problem


def takes_cash(booking: Booking, user: User) -> bool:
    """Whether this member of staff could note it now; only bookings in cash are asked what is due."""
    is_cash = booking.payment_method == PaymentMethod.CASH and user.has_perm(COLLECT)
    return is_cash and rest_of(booking) is not None


def cash_page(admin: Any, request: HttpRequest, booking_id: UUID) -> HttpResponse:
    """Asks, and notes it when it is posted; a second click notes nothing more."""
    user = actor_of(request)
    if not (user.has_perm(COLLECT) and user.has_perm("bookings.view_booking")):
        raise PermissionDenied
    booking = get_object_or_404(Booking.objects.select_related(*BOOKED_WITH), pk=booking_id)
    rest = rest_of(booking)
    due = rest[1] if rest is not None else Money.zero(booking.currency)
    form = CashForm(request.POST if request.method == "POST" else None, due=due)
    back = reverse("admin:bookings_booking_change", args=[booking.pk])
    status = 200
    if form.is_valid():
        try:
            with audit.acting(user, reason=form.cleaned_data["reason"]):
                payment = record_cash(booking, by=user, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, f"{booking.number}: {priced(payment.amount)} received in cash.")
            return HttpResponseRedirect(back)
    page = {
        **admin.admin_site.each_context(request),
        "title": f"Cash received for {booking.number}",
        "opts": Booking._meta,
        "original": booking,
        "step": {"title": "Cash received", "question": f"Were {priced(due)} handed over in cash?"},
        "form": form,
        "preview": preview_of(booking, is_cancelled=False, now=clock.now()),
        "back": back,
    }
    return TemplateResponse(request, "admin/booking_step.html", page, status=status)
