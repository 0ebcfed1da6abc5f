"""How people are shown."""

from typing import ClassVar

from phonenumber_field.serializerfields import PhoneNumberField
from rest_framework import serializers

from accounts.models import User
from common.api.serializers import StrictModelSerializer


class MeSerializer(StrictModelSerializer):
    """The signed-in user's own facts."""

    phone_number = PhoneNumberField(read_only=True)
    name = serializers.CharField(source="get_full_name", read_only=True)
    is_verified = serializers.SerializerMethodField(help_text="Whether a phone or a mailbox is proven.")

    class Meta:
        model = User
        fields: ClassVar = [
            "id",
            "email",
            "phone_number",
            "first_name",
            "last_name",
            "name",
            "is_verified",
            "language",
            "currency",
            "timezone",
            "is_staff",
            "created_at",
        ]
        read_only_fields = fields

    def get_is_verified(self, user: User) -> bool:
        return bool(user.phone_verified_at or user.email_verified_at)
