"""The fields that serializers are made of: each accepts one clear form of its value and refuses the rest."""

from common.api.fields.freeform import FreeFormField
from common.api.fields.ids import IdField, VisibleRelatedField
from common.api.fields.money import CurrencyField, MoneyField
from common.api.fields.numbers import BoundedIntegerField
from common.api.fields.text import MultilineTextField, PersonNameField, TextField
from common.api.fields.times import DateField, InstantField, TimeOfDayField, ZoneField

__all__ = [
    "BoundedIntegerField",
    "CurrencyField",
    "DateField",
    "FreeFormField",
    "IdField",
    "InstantField",
    "MoneyField",
    "MultilineTextField",
    "PersonNameField",
    "TextField",
    "TimeOfDayField",
    "VisibleRelatedField",
    "ZoneField",
]
