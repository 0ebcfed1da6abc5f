"""How people are shown."""

from typing import ClassVar

from phonenumber_field.serializerfields import PhoneNumberField

from accounts.models import User
from common.api.serializers import StrictModelSerializer


class MeSerializer(StrictModelSerializer):
    """The signed-in user's own facts."""

    phone_number = PhoneNumberField(read_only=True)

    class Meta:
        model = User
        fields: ClassVar = [
            "id",
            "email",
            "phone_number",
            "first_name",
            "last_name",
            "language",
            "currency",
            "timezone",
            "is_staff",
            "created_at",
        ]
        read_only_fields = fields
