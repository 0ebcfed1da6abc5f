"""Sign-in data of Telegram that was accepted once and must not be accepted again."""

from django.db import models

from common.models.base import BaseModel


class TelegramProof(BaseModel):
    """`digest` is of the text that Telegram signed. It may be forgotten once the data is too old anyway."""

    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"Telegram sign-in {self.pk}"
