"""The page between the wish to give money back and the promise: how much, why, and what is left."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from accounts.admin.actors import actor_of
from accounts.models import User
from common import audit
from common.errors import Conflict, DomainError
from common.ids import new_id
from common.money import Money, MoneyError
from common.platform import platform_settings
from payments.admin.panels import priced
from payments.enums import Destination, PaymentStatus, RefundStatus
from payments.models import Payment, PaymentId, Refund
from payments.services.locking import locked_payment
from payments.services.refunding import request_refund

REFUND = "payments.refund_payment"
CHANGED = "Meanwhile something else was given or promised back. Look at what is left, and open this page again."


class RefundForm(forms.Form):
    """`key` is drawn with the form, so that a second click promises nothing again; `left` is what the page showed."""

    amount = forms.CharField(max_length=24, widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}))
    destination = forms.ChoiceField(
        choices=Destination.choices,
        label="To",
        help_text="Credit is there at once, and pays for what the customer books next.",
        widget=UnfoldAdminRadioSelectWidget(),
    )
    reason = forms.CharField(
        min_length=3,
        max_length=300,
        label="Why",
        help_text="Kept with the refund and in the audit log.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput())
    left = forms.IntegerField(min_value=0, widget=forms.HiddenInput())

    def __init__(self, data: Any, *, payment: Payment) -> None:
        left = payment.refundable
        super().__init__(
            data, initial={"amount": str(left), "destination": Destination.GATEWAY, "key": new_id(), "left": left.minor}
        )
        self.payment = payment
        self.fields["amount"].help_text = f"In {payment.currency}, at most {left}."

    def clean_amount(self) -> Money:
        try:
            return Money.parse(self.cleaned_data["amount"], self.payment.currency)
        except MoneyError as problem:
            raise forms.ValidationError(str(problem)) from problem

    def refuse(self, refusal: DomainError) -> None:
        for detail in refusal.details:
            self.add_error(detail.field if detail.field in self.fields else NON_FIELD_ERRORS, detail.message)
        if not refusal.details:
            self.add_error(None, refusal.message)


def may_refund(payment: Payment, user: User) -> bool:
    """Whether asking for it could succeed now."""
    is_here = payment.status == PaymentStatus.CAPTURED and payment.refundable.minor > 0
    return is_here and user.has_perm(REFUND)


def refund_page(admin: Any, request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """Asks how much and why, and promises it when it is posted. Permission and what is left are looked at twice."""
    user = actor_of(request)
    if not (user.has_perm(REFUND) and user.has_perm("payments.view_payment")):
        raise PermissionDenied
    payment = get_object_or_404(Payment.objects.select_related("payer"), pk=payment_id)
    form = RefundForm(request.POST if request.method == "POST" else None, payment=payment)
    back = reverse("admin:payments_payment_change", args=[payment.pk])
    status = 200
    if form.is_valid():
        try:
            refund = _asked_for(payment, user, **form.cleaned_data)
        except DomainError as refusal:
            form.refuse(refusal)
            status = refusal.status
        else:
            messages.success(request, _told(refund))
            return HttpResponseRedirect(back)
    page = {
        **admin.admin_site.each_context(request),
        "title": f"Give back of {priced(payment.amount)}",
        "opts": Payment._meta,
        "original": payment,
        "form": form,
        "facts": _facts(payment),
        "back": back,
    }
    return TemplateResponse(request, "admin/refund_payment.html", page, status=status)


def _asked_for(
    payment: Payment, user: User, *, amount: Money, destination: str, reason: str, key: UUID, left: int
) -> Refund:
    cause = f"desk:{payment.pk}:{key}"
    with transaction.atomic(), audit.acting(user, reason=reason):
        present = locked_payment(PaymentId(payment.pk))
        is_repeated = Refund.objects.filter(cause=cause).exists()
        if not is_repeated and present.refundable.minor != left:
            raise Conflict(CHANGED)
        there = Destination(destination)
        return request_refund(present, amount, by=user, reason=reason, cause=cause, destination=there)


def _told(refund: Refund) -> str:
    amount = priced(refund.amount)
    if refund.status == RefundStatus.AWAITING_APPROVAL:
        return f"{amount} are kept aside until a second person approves."
    if refund.status == RefundStatus.SUCCEEDED:
        return f"{amount} are credit of {refund.payment.payer} now."
    return f"{amount} are on their way back."


def _facts(payment: Payment) -> list[tuple[str, str]]:
    settings = platform_settings()
    limit = Money(settings.refund_approval_minor, settings.default_currency)
    foreign = "" if payment.currency == limit.currency else ", and of anything in another currency,"
    return [
        ("Payer", str(payment.payer)),
        ("Paid by", f"{payment.gateway} {payment.gateway_ref or ''}"),
        ("Captured", priced(payment.captured)),
        ("Given back", priced(Money(payment.refunded_minor, payment.currency))),
        ("Promised back", priced(Money(payment.reserved_minor, payment.currency))),
        ("Disputed", priced(Money(payment.disputed_minor, payment.currency))),
        ("Left", priced(payment.refundable)),
        ("A second person approves", f"of more than {priced(limit)}{foreign}".rstrip(",")),
    ]
