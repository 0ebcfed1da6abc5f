"""How an e-mail address, a telephone number, a password and what Telegram signed are written."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.models import normal_email
from accounts.phones import LONGEST, NotAPhoneNumber, e164
from common.api.fields import TextField

LONGEST_PASSWORD = 128
LONGEST_EMAIL = 254


@extend_schema_field({"type": "string", "format": "email", "example": "alice@example.com"})
class EmailAddressField(TextField):
    """A mailbox in its one spelling. Letters that only look like ASCII make another address, so they are refused."""

    default_error_messages: ClassVar = {"not_an_address": "Enter a valid e-mail address."}

    def __init__(self, **options: Any) -> None:
        options.setdefault("max_length", LONGEST_EMAIL)
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        address = normal_email(super().to_internal_value(data))
        mailbox, _, domain = address.rpartition("@")
        try:
            # The domain of another script has an ASCII form, which is what mail travels by.
            address = f"{mailbox}@{domain.encode('idna').decode()}"
            validate_email(address)
        except (ValidationError, UnicodeError):
            self.fail("not_an_address")
        if not address.isascii() or len(address) > LONGEST_EMAIL:
            self.fail("not_an_address")
        return address


@extend_schema_field({"type": "string", "example": "+919876543210"})
class PhoneField(TextField):
    """An international number; blanks, dashes and 00 instead of + are read too, one spelling comes out."""

    default_error_messages: ClassVar = {"not_a_number": "Write the number with its country's prefix, as +919876543210."}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or len(data) > LONGEST:
            self.fail("not_a_number")
        try:
            # Before the strict field of texts sees it: marks of direction come along when numbers are pasted.
            return e164(data)
        except NotAPhoneNumber:
            self.fail("not_a_number")


class PasswordField(serializers.CharField):
    """Taken as it is: blanks and unusual characters are part of it. Bounded, because hashing it costs time."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            max_length=LONGEST_PASSWORD,
            trim_whitespace=False,
            write_only=True,
            style={"input_type": "password"},
            **options,
        )

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field(OpenApiTypes.STR)
class SignedField(serializers.Field[str, Any, str, Any]):
    """A value that is covered by a signature, as the very text that was signed; whole numbers may come as numbers."""

    default_error_messages: ClassVar = {"invalid": "Send it as Telegram gave it."}

    def to_internal_value(self, data: Any) -> str:
        if isinstance(data, bool) or not isinstance(data, str | int):
            self.fail("invalid")
        return str(data)

    def to_representation(self, value: str) -> str:
        return str(value)
