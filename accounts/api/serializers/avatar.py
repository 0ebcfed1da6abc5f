"""Pictures as they are sent and shown."""

from typing import Any

from rest_framework import serializers

from accounts.avatar_files import avatar_url
from accounts.models import User
from accounts.pictures import MOST_BYTES
from common.api.serializers import StrictSerializer


class UploadAvatarSerializer(StrictSerializer):
    # The name that the client gives its file is not even looked at.
    avatar = serializers.FileField(max_length=None)

    def validate_avatar(self, file: Any) -> Any:
        if (file.size or 0) > MOST_BYTES:
            raise serializers.ValidationError("The picture is larger than 5 MB.", "TOO_LARGE")
        return file


class AvatarSerializer(StrictSerializer):
    avatar_url = serializers.SerializerMethodField()

    def get_avatar_url(self, user: User) -> str | None:
        return avatar_url(user.avatar)
