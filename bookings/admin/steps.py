"""What may be done to a booking from its page: for each step its permission, its form and its service."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextInputWidget

from accounts.models import User
from bookings.admin.fields import DeskForm, WhenForm, minutes_field, overrule_field, reason_field, text_field
from bookings.enums import Action, BookingKind
from bookings.models import Booking
from bookings.models.booking import LONGEST_LINK, LONGEST_NOTES
from bookings.selectors.paying import paid_for
from bookings.selectors.permitted import permitted_actions
from bookings.services.actors import OVERRULE, overruling_staff, staff
from bookings.services.cancelling import cancel_booking, cancel_keeping
from bookings.services.closing import complete_booking, mark_no_show
from bookings.services.deciding import confirm_booking, start_booking
from bookings.services.refunds import put_into_credit
from bookings.services.rescheduling import reschedule_booking
from bookings.transitions import Actor
from common import clock
from common.money import Money, MoneyError
from payments.enums import Destination

REFUND = "payments.refund_payment"
Data = Mapping[str, Any]


class StepForm(DeskForm):
    """Says why, if there is something to say."""

    reason = reason_field(required=False)

    def __init__(self, data: Any, *, booking: Booking, user: User) -> None:
        super().__init__(data)


class ConfirmForm(StepForm):
    meeting_link = forms.CharField(max_length=LONGEST_LINK, required=False, widget=UnfoldAdminTextInputWidget())
    preparation_notes = text_field("What to prepare", LONGEST_NOTES)
    field_order = ("meeting_link", "preparation_notes", "reason")


class CompleteForm(StepForm):
    completion_notes = text_field("What was done", LONGEST_NOTES)
    field_order = ("completion_notes", "reason")


class ReasonedForm(StepForm):
    reason = reason_field(required=True)


class CancelForm(ReasonedForm):
    """How much of the money goes back, and where to: asked of whoever may refund, as long as there is some."""

    amount = forms.CharField(label="Give back", max_length=24, required=False, widget=UnfoldAdminTextInputWidget())
    destination = forms.ChoiceField(
        choices=Destination.choices, label="To", initial=Destination.GATEWAY, widget=UnfoldAdminRadioSelectWidget()
    )
    field_order = ("amount", "destination", "reason")

    def __init__(self, data: Any, *, booking: Booking, user: User) -> None:
        super().__init__(data, booking=booking, user=user)
        self.left = Money(paid_for(booking.pk).left, booking.currency)
        self.fields["amount"].help_text = f"Of {self.left} {self.left.currency}; empty: all of it. The rest is kept."
        if not (self.left and user.has_perm(REFUND)):
            del self.fields["amount"], self.fields["destination"]

    def clean_amount(self) -> Money:
        try:
            return Money.parse(self.cleaned_data["amount"] or str(self.left), self.left.currency)
        except MoneyError as problem:
            raise forms.ValidationError(str(problem)) from problem


class RescheduleForm(WhenForm):
    """Starts from the time it has; only a reservation's length is asked for."""

    minutes = minutes_field(required=True)
    overrule = overrule_field()
    reason = reason_field(required=True)

    def __init__(self, data: Any, *, booking: Booking, user: User) -> None:
        local = booking.starts_at.astimezone(booking.zone)
        minutes = booking.time.duration // timedelta(minutes=1)
        super().__init__(data, initial={"day": local.date(), "time": f"{local:%H:%M}", "minutes": minutes})
        self.fields["time"].help_text = f"By the clock in {booking.timezone}."
        if booking.kind != BookingKind.RESERVATION:
            del self.fields["minutes"]
        if not user.has_perm(OVERRULE):
            del self.fields["overrule"]


@dataclass(frozen=True, slots=True)
class Step:
    action: Action
    title: str
    permission: str
    question: str
    form: type[DeskForm]
    take: Callable[[Booking, User, Any], Booking]
    is_dangerous: bool = False


def _confirm(booking: Booking, user: User, form: DeskForm) -> Booking:
    return confirm_booking(booking, actor=staff(user), **form.cleaned_data)


def _start(booking: Booking, user: User, form: DeskForm) -> Booking:
    return start_booking(booking, actor=staff(user), **form.cleaned_data)


def _complete(booking: Booking, user: User, form: DeskForm) -> Booking:
    return complete_booking(booking, actor=staff(user), **form.cleaned_data)


def _no_show(booking: Booking, user: User, form: DeskForm) -> Booking:
    return mark_no_show(booking, actor=staff(user), **form.cleaned_data)


def _cancel(booking: Booking, user: User, form: CancelForm) -> Booking:
    reason, amount = form.cleaned_data["reason"], form.cleaned_data.get("amount", form.left)
    if form.cleaned_data.get("destination") == Destination.CREDIT:
        put_into_credit(booking, amount, reason=reason)
        return cancel_keeping(booking, form.left - amount, actor=staff(user), reason=reason)
    if amount == form.left:
        return cancel_booking(booking, actor=staff(user), reason=reason)
    return cancel_keeping(booking, form.left - amount, actor=staff(user), reason=reason)


def _reschedule(booking: Booking, user: User, form: WhenForm) -> Booking:
    data = form.cleaned_data
    start = form.start_in(booking.zone)
    end = start + timedelta(minutes=data["minutes"]) if "minutes" in data else None
    actor = actor_for(user, data)
    return reschedule_booking(booking, starts_at=start, ends_at=end, actor=actor, reason=data["reason"])


def actor_for(user: User, data: Data) -> Actor:
    """Staff as they are bound by the rules or, where they asked for it, as they leave them aside."""
    return overruling_staff(user, reason=data["reason"]) if data.get("overrule") else staff(user)


STEPS: Mapping[str, Step] = {
    "confirm": Step(
        Action.CONFIRM,
        "Confirm",
        "bookings.confirm_booking",
        "Confirm this booking in the specialist's place?",
        ConfirmForm,
        _confirm,
    ),
    "start": Step(
        Action.START, "Start", "bookings.complete_booking", "Has the customer come, and it begins?", StepForm, _start
    ),
    "complete": Step(
        Action.COMPLETE, "Complete", "bookings.complete_booking", "Has this been done?", CompleteForm, _complete
    ),
    "reschedule": Step(
        Action.RESCHEDULE,
        "Reschedule",
        "bookings.reschedule_booking",
        "Move this booking to another time?",
        RescheduleForm,
        _reschedule,
    ),
    "no-show": Step(
        Action.NO_SHOW,
        "No-show",
        "bookings.complete_booking",
        "Has the customer not come?",
        ReasonedForm,
        _no_show,
        is_dangerous=True,
    ),
    "cancel": Step(
        Action.CANCEL,
        "Cancel",
        "bookings.cancel_booking",
        "Cancel this booking and give its time back?",
        CancelForm,
        _cancel,
        is_dangerous=True,
    ),
}


def offered_steps(booking: Booking, user: User) -> list[tuple[str, Step]]:
    """The steps that this member of staff could take now with success, in the order of a booking's life."""
    possible = permitted_actions(booking, staff(user).role, clock.now())
    return [(name, step) for name, step in STEPS.items() if step.action in possible and user.has_perm(step.permission)]
