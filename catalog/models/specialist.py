"""Somebody whose time can be booked."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from catalog.models.calendar import Calendar
from common.models.base import BaseModel
from common.money import MOST_MINOR, Money

SpecialistId = NewType("SpecialistId", UUID)

MOST_SPECIALTIES = 20
LONGEST_SPECIALTY = 50
MOST_EXPERIENCE_YEARS = 80
MOST_RESPONSE_MINUTES = 7 * 24 * 60

BOOKABLE = Q(is_verified=True, is_active=True, user__is_active=True, user__erased_at=None)


class SpecialistQuerySet(models.QuerySet["Specialist"]):
    def bookable(self) -> Self:
        return self.filter(BOOKABLE)

    def listed(self) -> Self:
        """Whoever can be booked is shown to those who look around."""
        return self.bookable()

    def visible_to(self, user: Any) -> Self:
        """Who can be booked, and oneself."""
        if not user.is_authenticated:
            return self.bookable()
        return self.filter(BOOKABLE | Q(user=user))


class Specialist(BaseModel):
    """Unverified until staff say otherwise. Ratings are sums that reviews keep, so that they never drift."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="specialist")
    calendar = models.OneToOneField(Calendar, models.PROTECT, related_name="specialist")
    business_name = models.CharField(max_length=150, blank=True)
    description = models.CharField(max_length=2_000, blank=True)
    specialties = ArrayField(
        models.CharField(max_length=LONGEST_SPECIALTY), default=list, blank=True, size=MOST_SPECIALTIES
    )
    experience_years = models.PositiveSmallIntegerField(
        "experience, years", default=0, validators=[MaxValueValidator(MOST_EXPERIENCE_YEARS)]
    )
    currency = models.CharField(max_length=3, default="INR")
    base_rate_minor = models.PositiveBigIntegerField("base rate, in minor units", null=True, blank=True)
    deposit_minor = models.PositiveBigIntegerField("deposit, in minor units", null=True, blank=True)
    response_minutes = models.PositiveIntegerField(
        "answers within, minutes", null=True, blank=True, validators=[MaxValueValidator(MOST_RESPONSE_MINUTES)]
    )
    location = models.CharField(max_length=200, blank=True)
    latitude = models.DecimalField(
        max_digits=8,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
    )
    longitude = models.DecimalField(
        max_digits=9,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
    )
    rating_sum = models.PositiveBigIntegerField(default=0, editable=False)
    rating_count = models.PositiveIntegerField(default=0, editable=False)
    is_verified = models.BooleanField(
        "verified", default=False, help_text="Only verified specialists are listed and bookable."
    )
    verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    is_active = models.BooleanField("takes bookings", default=True)
    instant_booking = models.BooleanField(
        "books at once", default=False, help_text="Bookings are confirmed as they are made, without being asked."
    )

    objects: ClassVar = SpecialistQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [("verify_specialist", "Can verify specialists")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="specialist_ratings_are_of_one_to_five_stars",
                condition=Q(rating_sum__gte=F("rating_count"), rating_sum__lte=F("rating_count") * 5),
            ),
            models.CheckConstraint(
                name="specialist_place_is_whole_and_on_earth",
                condition=Q(latitude=None, longitude=None)
                | Q(
                    # A comparison with null is neither true nor false, and a CHECK lets that pass.
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__gte=-90,
                    latitude__lte=90,
                    longitude__gte=-180,
                    longitude__lte=180,
                ),
            ),
            models.CheckConstraint(
                name="specialist_rates_are_sane",
                condition=(Q(base_rate_minor=None) | Q(base_rate_minor__lte=MOST_MINOR))
                & (Q(deposit_minor=None) | Q(deposit_minor__lte=MOST_MINOR)),
            ),
            models.CheckConstraint(
                name="specialist_experience_fits_a_life", condition=Q(experience_years__lte=MOST_EXPERIENCE_YEARS)
            ),
            models.CheckConstraint(name="specialist_currency_is_a_code", condition=Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return self.business_name or f"Specialist {self.pk}"

    @property
    def base_rate(self) -> Money | None:
        return None if self.base_rate_minor is None else Money(self.base_rate_minor, self.currency)

    @property
    def deposit(self) -> Money | None:
        return None if self.deposit_minor is None else Money(self.deposit_minor, self.currency)

    @property
    def rating(self) -> float | None:
        """To one decimal, as it is shown; nothing while nobody has rated."""
        return round(self.rating_sum / self.rating_count, 1) if self.rating_count else None
