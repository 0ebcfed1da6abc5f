"""Form fields of the catalog's pages: amounts as people write them, lists with one entry a line, and why."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from common.money import Money, MoneyError


def reason_field() -> forms.CharField:
    return forms.CharField(
        required=False,
        max_length=500,
        label="Why",
        help_text="Kept in the audit log.",
        widget=UnfoldAdminTextInputWidget(),
    )


def amount_field(label: str, *, required: bool = False) -> forms.CharField:
    return forms.CharField(required=required, max_length=24, label=label, widget=UnfoldAdminTextInputWidget())


class AmountsForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """A form of something that keeps amounts in minor units: `amounts` names the fields that show them as money."""

    amounts: ClassVar[tuple[str, ...]]
    reason = reason_field()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not self.instance._state.adding:
            amounts = {name: getattr(self.instance, name) for name in self.amounts}
            self.initial.update({name: "" if each is None else str(each) for name, each in amounts.items()})

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        minors = {name: minor_of(self, name) for name in self.amounts}
        self.check(cleaned, minors)
        if not self.errors:
            for name, minor in minors.items():
                setattr(self.instance, f"{name}_minor", minor)
        return cleaned

    def check(self, cleaned: dict[str, Any], minors: dict[str, int | None]) -> None:
        """Adds an error for what does not go together."""


class LinesField(forms.CharField):
    """A list of texts, one a line; empty lines are left out."""

    def __init__(self, *, most: int, longest: int, **options: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(required=False, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), **options)

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self._lines_of(data or "") != list(initial or [])

    def clean(self, value: Any) -> list[str]:
        lines = self._lines_of(super().clean(value))
        if len(lines) > self.most:
            raise ValidationError(f"At most {self.most} lines.", code="max_length")
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(f"A line has at most {self.longest} characters.", code="max_length")
        return lines

    def _lines_of(self, text: str) -> list[str]:
        return [line.strip() for line in text.splitlines() if line.strip()]


def minor_of(form: forms.Form | Any, name: str) -> int | None:
    """What was written as an amount, in the minor unit of the form's currency; a problem becomes the field's error."""
    text = form.cleaned_data.get(name, "").strip()
    if not text:
        return None
    try:
        amount = Money.parse(text, form.cleaned_data.get("currency") or "")
    except MoneyError as problem:
        form.add_error(name, str(problem))
        return None
    if amount.minor < 0:
        form.add_error(name, "An amount must not be negative.")
    return amount.minor
