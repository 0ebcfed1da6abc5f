"""Fields of the platform settings. Each knows its bounds: the form checks them, and so does the database."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, Q

from common.errors import ValidationFailed
from common.money import UnknownCurrency, exponent
from common.walltime import zone_named


def whole(
    name: str, default: int, *, least: int = 0, most: int, hint: str = ""
) -> "models.PositiveIntegerField[int, int]":
    return models.PositiveIntegerField(
        name, default=default, validators=[MinValueValidator(least), MaxValueValidator(most)], help_text=hint
    )


def percent(name: str, default: str, *, hint: str = "") -> "models.DecimalField[Decimal, Decimal]":
    return models.DecimalField(
        name,
        default=Decimal(default),
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text=hint,
    )


def amount(name: str, default: int, *, hint: str = "") -> "models.BigIntegerField[int, int]":
    """Money in minor units of the default currency."""
    return models.BigIntegerField(
        name,
        default=default,
        validators=[MinValueValidator(0), MaxValueValidator(10**12)],
        help_text=f"{hint} In minor units of the default currency (paise, cents).".strip(),
    )


def per_minute(name: str, default: int) -> "models.PositiveIntegerField[int, int]":
    return whole(name, default, least=1, most=100_000, hint="Requests in any 60 seconds.")


def check_currency(code: str) -> None:
    try:
        exponent(code)
    except UnknownCurrency as error:
        raise ValidationError(str(error), code="invalid") from error


def check_timezone(name: str) -> None:
    """Accepts present names only, since this one is stored as it is."""
    try:
        present = zone_named(name).key
    except ValidationFailed as error:
        raise ValidationError(error.message, code="invalid") from error
    if present != name:
        raise ValidationError(f"This zone is now called {present}.", code="invalid")


def range_checks(*topics: type[models.Model]) -> list[CheckConstraint]:
    """A CHECK for every bounded field, so that a figure out of range is refused however it is written."""
    return [
        CheckConstraint(name=f"platform_{field.name}_in_range", condition=Q(**bounds))
        for topic in topics
        for field in topic._meta.local_fields
        if (bounds := dict(_bounds(field)))
    ]


def _bounds(field: "models.Field[Any, Any]") -> Iterator[tuple[str, Any]]:
    for validator in field.validators:
        if isinstance(validator, MinValueValidator):
            yield f"{field.name}__gte", validator.limit_value
        if isinstance(validator, MaxValueValidator):
            yield f"{field.name}__lte", validator.limit_value
