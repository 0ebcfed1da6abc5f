"""How messages, switches and devices are shown, and what may be sent to them."""

import re
from typing import Any, ClassVar

from rest_framework import serializers

from common.api.fields import FreeFormField, MultilineTextField, PersonNameField, TextField
from common.api.serializers import StrictModelSerializer, StrictSerializer
from notifications.enums import Channel, Platform, Topic
from notifications.models import Device, Notification

_PHONE = re.compile(r"\+?[0-9][0-9 ().-]{3,30}", re.ASCII)


class NotificationSerializer(StrictModelSerializer):
    type = TextField(source="kind", read_only=True)
    data = FreeFormField(read_only=True)  # type: ignore[assignment]  # DRF takes declared fields out of the class
    is_read = serializers.BooleanField(read_only=True)

    class Meta:
        model = Notification
        fields: ClassVar = ["id", "type", "title", "message", "data", "is_read", "created_at"]
        read_only_fields = fields


class NothingSerializer(StrictSerializer):
    """For what is said by the path alone: an empty object, or no body."""


class ReadingSerializer(StrictSerializer):
    """What is left when everything was read."""

    marked = serializers.IntegerField(read_only=True, help_text="How many were unread.")
    unread_count = serializers.IntegerField(read_only=True)


class SwitchesSerializer(StrictSerializer):
    """One channel's switches. Those that are not named stay as they are."""

    booking_confirmations = serializers.BooleanField(required=False)
    reminders = serializers.BooleanField(required=False)
    promotions = serializers.BooleanField(required=False)
    messages = serializers.BooleanField(required=False)


class PreferencesSerializer(StrictSerializer):
    """Security and money have no switch: those messages are always sent."""

    email = SwitchesSerializer(required=False)
    push = SwitchesSerializer(required=False)
    sms = SwitchesSerializer(required=False)
    telegram = SwitchesSerializer(required=False)

    def changes(self) -> dict[Channel, dict[Topic, bool]]:
        data: dict[str, dict[str, bool]] = self.validated_data
        return {
            Channel(channel): {Topic(topic): is_on for topic, is_on in switches.items()}
            for channel, switches in data.items()
        }


class DeviceSerializer(StrictModelSerializer):
    """Shown without its token: whoever holds that can be sent anything."""

    class Meta:
        model = Device
        fields: ClassVar = ["id", "platform", "seen_at"]
        read_only_fields = fields


class TokenSerializer(StrictSerializer):
    token = TextField(max_length=1_000, help_text="The registration token that FCM gave the app.")


class NewDeviceSerializer(TokenSerializer):
    platform = serializers.ChoiceField(choices=Platform.choices)


class ContactSerializer(StrictSerializer):
    name = PersonNameField(max_length=255)
    email = serializers.EmailField(max_length=254)
    phone = TextField(max_length=32, required=False, allow_blank=True)
    subject = TextField(max_length=255, required=False, allow_blank=True)
    message = MultilineTextField(max_length=5_000)

    def validate_phone(self, phone: Any) -> Any:
        """Kept as it was written: it is for a person to dial, and the country may be missing."""
        if phone and not _PHONE.fullmatch(phone):
            raise serializers.ValidationError("Write a telephone number, as +91 98765 43210.", "invalid")
        return phone
