"""Whom a service knows of its own: the clients it registered, and who signed in through it."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from accounts.enums import KnownBy
from accounts.models.service_account import ServiceAccount
from common.models.base import BaseModel

LONGEST_NUMBER = 20


class KnownPersonQuerySet(models.QuerySet["KnownPerson"]):
    def registered(self) -> Self:
        return self.filter(how=KnownBy.REGISTERED)

    def signed_in(self) -> Self:
        return self.filter(how=KnownBy.SIGNED_IN)


class KnownPerson(BaseModel):
    """Somebody for whom a service acts without the scope `act_for`.

    Telephone and chat are what the service says of a person. Nothing proves them, so they open no door, are compared
    with nobody's account, and two services may say the same of two people.
    """

    service = models.ForeignKey(ServiceAccount, models.CASCADE, related_name="known_people")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    how = models.CharField("known by", max_length=12, choices=KnownBy.choices)
    chat_id = models.BigIntegerField(null=True, blank=True)
    phone_number = models.CharField(max_length=LONGEST_NUMBER, null=True, blank=True)

    objects: ClassVar[Any] = KnownPersonQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        verbose_name_plural = "known people"
        constraints: ClassVar = [
            CheckConstraint(name="known_person_is_known_somehow", condition=Q(how__in=KnownBy.values)),
            UniqueConstraint(fields=["service", "user"], name="service_knows_a_person_once"),
            UniqueConstraint(
                fields=["service", "chat_id"], name="one_client_per_chat", condition=Q(how=KnownBy.REGISTERED)
            ),
            UniqueConstraint(
                fields=["service", "phone_number"], name="one_client_per_number", condition=Q(how=KnownBy.REGISTERED)
            ),
            CheckConstraint(
                name="registered_client_can_be_found_again",
                condition=~Q(how=KnownBy.REGISTERED) | Q(chat_id__isnull=False) | Q(phone_number__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"Known person {self.pk}"
