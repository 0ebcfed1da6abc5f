"""How a profile is shown to its owner, and what of it they may change."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.api.fields import EmailAddressField, PhoneField
from accounts.avatar_files import avatar_url
from accounts.enums import UserType
from accounts.selectors import Profile
from common.api.fields import CurrencyField, InstantField, PersonNameField, TextField, ZoneField
from common.api.serializers import StrictSerializer
from common.errors import ValidationFailed
from notifications.enums import Channel

_LANGUAGE = RegexValidator(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,6})?\Z", "Name a language by its code, such as en or pt-BR.")


class ChannelsSerializer(StrictSerializer):
    """Whole channels; `/notifications/preferences` has a switch for each topic."""

    email = serializers.BooleanField(required=False)
    push = serializers.BooleanField(required=False)
    sms = serializers.BooleanField(required=False)
    telegram = serializers.BooleanField(required=False)


class ProfilePreferencesSerializer(StrictSerializer):
    language = TextField(source="user.language", max_length=10)
    currency = CurrencyField(source="user.currency")
    timezone = ZoneField(source="user.timezone")
    notifications = ChannelsSerializer()


class PersonProfileSerializer(StrictSerializer):
    id = serializers.UUIDField(source="user.id")
    email = serializers.EmailField(source="user.email", allow_null=True)
    first_name = serializers.CharField(source="user.first_name")
    last_name = serializers.CharField(source="user.last_name")
    phone_number = serializers.SerializerMethodField()
    email_verified = serializers.SerializerMethodField(help_text="Whether the mailbox is proven.")
    phone_verified = serializers.SerializerMethodField(help_text="Whether the number is proven by a code.")
    avatar = serializers.SerializerMethodField(method_name="get_avatar_url", help_text="Where the picture is.")
    avatar_url = serializers.SerializerMethodField(help_text="As `avatar`.")
    user_type = serializers.ChoiceField(choices=UserType.choices)
    loyalty_points = serializers.IntegerField()
    total_bookings = serializers.IntegerField()
    member_since = InstantField(source="user.created_at")
    preferences = ProfilePreferencesSerializer(source="*")

    def get_phone_number(self, profile: Profile) -> str | None:
        return str(profile.user.phone_number) if profile.user.phone_number else None

    def get_avatar_url(self, profile: Profile) -> str | None:
        return avatar_url(profile.user.avatar)

    def get_email_verified(self, profile: Profile) -> bool:
        return profile.user.email_verified_at is not None

    def get_phone_verified(self, profile: Profile) -> bool:
        return profile.user.phone_verified_at is not None


class ChangePreferencesSerializer(StrictSerializer):
    language = TextField(max_length=10, required=False, validators=[_LANGUAGE])
    currency = CurrencyField(required=False)
    timezone = ZoneField(required=False)
    notifications = ChannelsSerializer(required=False)


class ChangeProfileSerializer(StrictSerializer):
    """What is not named stays, with PUT as with PATCH: apps send the part that their form shows."""

    email = EmailAddressField(required=False, allow_null=True)
    first_name = PersonNameField(required=False, allow_blank=True)
    last_name = PersonNameField(required=False, allow_blank=True)
    phone_number = PhoneField(required=False, allow_null=True)
    preferences = ChangePreferencesSerializer(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise ValidationFailed.of("", "Name something to change.", "REQUIRED")
        return attrs

    def changes(self) -> dict[str, Any]:
        """The fields of the user, and `channels`."""
        data = dict(self.validated_data)
        preferences = dict(data.pop("preferences", {}))
        channels = preferences.pop("notifications", {})
        return {**data, **preferences, "channels": {Channel(name): is_on for name, is_on in channels.items()}}
