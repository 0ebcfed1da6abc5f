"""Forms of promo codes and of points: amounts as people write them, ids one a line, and why."""

from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from common.errors import DomainError
from common.ids import new_id
from common.money import Money, MoneyError, exponent
from common.platform import platform_settings
from loyalty.enums import DiscountKind
from loyalty.models import PromoCode
from loyalty.models.promo_code import MOST_SCOPED
from loyalty.promo import normal_code
from loyalty.services import require_room_for_uses
from loyalty.services.promo_desk import MOST_AT_ONCE

AMOUNTS = ("amount", "minimum", "cap")


def reason_field(*, required: bool) -> forms.CharField:
    return forms.CharField(
        required=required,
        min_length=3,
        max_length=500,
        label="Why",
        help_text="Kept in the audit log.",
        widget=UnfoldAdminTextInputWidget(),
    )


def amount_field(label: str, help_text: str = "") -> forms.CharField:
    widget = UnfoldAdminTextInputWidget()
    return forms.CharField(required=False, max_length=24, label=label, help_text=help_text, widget=widget)


def refuse(form: forms.BaseForm, refusal: DomainError) -> None:
    """Shows what a service has refused at the field that it names."""
    for detail in refusal.details:
        form.add_error(detail.field if detail.field in form.fields else NON_FIELD_ERRORS, detail.message)
    if not refusal.details:
        form.add_error(NON_FIELD_ERRORS, refusal.message)


class IdsField(forms.CharField):
    """Ids of things of an upper floor, one a line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(each) for each in value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return str(data or "").split() != [str(each) for each in initial or []]

    def clean(self, value: Any) -> list[UUID]:
        lines = super().clean(value).split()
        if len(lines) > MOST_SCOPED:
            raise ValidationError(f"At most {MOST_SCOPED} ids.", code="max_length")
        try:
            return list(dict.fromkeys(UUID(line) for line in lines))
        except ValueError:
            raise ValidationError("Write one id on each line.", code="invalid") from None


class PromoForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A code with everything it says; a percentage or an amount, as the kind wants."""

    percent = forms.DecimalField(
        required=False,
        min_value=Decimal("0.01"),
        max_value=100,
        decimal_places=2,
        widget=UnfoldAdminDecimalFieldWidget(),
    )
    amount = amount_field("Amount", "What a fixed code takes off.")
    minimum = amount_field("Minimum order")
    cap = amount_field("At most", "The most that a percentage takes off.")
    category_ids = IdsField(label="For these categories", help_text="Ids, one a line; empty: for everything.")
    service_ids = IdsField(label="For these services", help_text="Ids, one a line.")
    reason = reason_field(required=False)

    class Meta:
        model = PromoCode
        fields: ClassVar = [
            *("code", "description", "discount_kind", "percent", "currency", "per_user_limit", "total_limit"),
            *("valid_from", "valid_until", "category_ids", "service_ids", "first_booking_only", "is_active"),
        ]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance._state.adding:
            self.initial.setdefault("currency", platform_settings().default_currency)
            return
        for name in AMOUNTS:
            minor = getattr(self.instance, f"{name}_minor")
            self.initial[name] = "" if minor is None else str(Money(minor, self.instance.currency))

    def clean_code(self) -> str:
        code = normal_code(self.cleaned_data["code"])
        if not code:
            raise ValidationError("Three to forty letters, digits, - and _, beginning with a letter or a digit.")
        return code

    def clean_currency(self) -> str:
        currency = str(self.cleaned_data["currency"]).upper()
        try:
            exponent(currency)
        except MoneyError as problem:
            raise ValidationError(str(problem)) from problem
        return currency

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind = cleaned.get("discount_kind")
        unwanted, wanted = ("amount", "percent") if kind == DiscountKind.PERCENTAGE else ("percent", "amount")
        if kind and not cleaned.get(wanted) and wanted not in self.errors:
            self.add_error(wanted, "Say how much.")
        if kind and cleaned.get(unwanted):
            self.add_error(unwanted, "Leave this empty for a code of this kind.")
        if "currency" in cleaned:
            for name in AMOUNTS:
                setattr(self.instance, f"{name}_minor", self._minor(name))
        return cleaned

    def _minor(self, name: str) -> int | None:
        text = str(self.cleaned_data.get(name) or "").strip()
        if not text:
            return None
        try:
            amount = Money.parse(text, self.cleaned_data["currency"])
        except MoneyError as problem:
            self.add_error(name, str(problem))
            return None
        if amount.minor < 0 or (amount.minor == 0 and name != "minimum"):
            self.add_error(name, "This is too little.")
            return None
        return amount.minor

    def _post_clean(self) -> None:
        """After the instance has what was sent: its limits must leave room for what is used."""
        super()._post_clean()  # type: ignore[misc]  # not in the stubs
        if self.errors:
            return
        try:
            require_room_for_uses(self.instance)
        except DomainError as refusal:
            refuse(self, refusal)


class BatchForm(PromoForm):
    """Many codes with the same terms, told apart by chance."""

    count = forms.IntegerField(min_value=1, max_value=MOST_AT_ONCE, widget=UnfoldAdminIntegerFieldWidget())
    beginning = forms.CharField(
        required=False, max_length=20, help_text="What all of them begin with.", widget=UnfoldAdminTextInputWidget()
    )
    reason = reason_field(required=True)
    field_order = ("count", "beginning", "batch")

    class Meta(PromoForm.Meta):
        fields: ClassVar = ["batch", *(name for name in PromoForm.Meta.fields if name != "code")]

    clean_code = None  # type: ignore[assignment]  # the codes are made here


class AdjustForm(forms.Form):
    """`key` is drawn with the form, so that a second click on it adjusts nothing again."""

    points = forms.IntegerField(
        min_value=-1_000_000,
        max_value=1_000_000,
        help_text="Negative to take some away.",
        widget=UnfoldAdminIntegerFieldWidget(),
    )
    reason = reason_field(required=True)
    key = forms.UUIDField(initial=new_id, widget=forms.HiddenInput())
