"""How a signed-in device is shown to its owner."""

from typing import ClassVar

from rest_framework import serializers

from accounts.models import Session
from common.api.serializers import StrictModelSerializer


class SessionSerializer(StrictModelSerializer):
    current = serializers.SerializerMethodField(help_text="Whether this request was made with it.")

    class Meta:
        model = Session
        fields: ClassVar = [
            "id",
            "platform",
            "user_agent",
            "network",
            "created_at",
            "last_used_at",
            "expires_at",
            "current",
        ]
        read_only_fields = fields

    def get_current(self, session: Session) -> bool:
        return bool(str(session.pk) == self.context["request"].auth["sid"])
