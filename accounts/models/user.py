"""One user for everybody: customers, specialists, partners and staff differ by profiles and groups, not by a field."""

import unicodedata
from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from phonenumber_field.modelfields import PhoneNumberField

from common.models.base import BaseModel

UserId = NewType("UserId", UUID)


def normal_email(address: str) -> str:
    """One spelling for each mailbox: look-alike characters folded (NFKC), lower case, no blanks around it."""
    return unicodedata.normalize("NFKC", address).strip().lower()


class UserQuerySet(models.QuerySet["User"]):
    def active(self) -> Self:
        return self.filter(is_active=True, erased_at=None)

    def staff(self) -> Self:
        return self.active().filter(is_staff=True)


class UserManager(BaseUserManager.from_queryset(UserQuerySet)["User"]):  # type: ignore[misc]  # a class made at run time
    def create_user(self, email: str | None = None, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(email=normal_email(email) if email else None, **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        user: User = self.get(email=normal_email(username or ""))
        return user


class User(BaseModel, AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(max_length=254, unique=True, null=True, blank=True)
    phone_number = PhoneNumberField(unique=True, null=True, blank=True)
    telegram_id = models.BigIntegerField(unique=True, null=True, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    language = models.CharField(max_length=10, default="en")
    currency = models.CharField(max_length=3, default="INR")
    timezone = models.CharField(max_length=64, default="Asia/Kolkata")
    # The name of a file, without its suffix: see avatar_files.py.
    avatar = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)
    is_staff = models.BooleanField("may enter the back office", default=False)
    is_active = models.BooleanField("may sign in", default=True)
    erased_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Until then a number or address is a claim: it opens no door, and gives way to whoever proves to hold it.
    phone_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Nobody signs in to it and no way to be reached is kept here: a service speaks for its client.
    is_service_client = models.BooleanField("registered by a service", default=False, db_default=False, editable=False)
    # A mirror of `groups` that triggers keep, so that no request asks for them: see migration 0006.
    group_names = ArrayField(models.CharField(max_length=150), default=list, db_default=[], blank=True, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [
            ("block_user", "Can block and unblock people"),
            ("export_user", "Can export people as CSV"),
            ("impersonate_user", "Can look at the platform as somebody sees it"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="user_can_be_reached",
                condition=Q(email__isnull=False)
                | Q(phone_number__isnull=False)
                | Q(telegram_id__isnull=False)
                | Q(erased_at__isnull=False)
                | Q(is_service_client=True)
                # Closed when their number went to somebody else.
                | Q(is_active=False),
            ),
            models.CheckConstraint(name="user_email_is_lower_case", condition=Q(email=Lower("email"))),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email or str(self.phone_number or self.pk)

    def clean(self) -> None:
        self.email = normal_email(self.email) if self.email else None
        self.phone_number = self.phone_number or None

    @property
    def has_another_way_in(self) -> bool:
        """Whether somebody could sign in to this account without its phone."""
        return bool(self.email or self.telegram_id)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.get_full_name()
