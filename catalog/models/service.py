"""What is done for a customer, for how long and for how much."""

from datetime import timedelta
from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q

from catalog.models.calendar import MOST_BUFFER_MINUTES, Calendar
from catalog.models.category import Category, Tier
from catalog.models.intake import check_intake_questions
from catalog.models.resource import Resource
from catalog.models.specialist import Specialist
from catalog.slots import Buffers
from common.models.base import BaseModel
from common.money import MOST_MINOR, Money

ServiceId = NewType("ServiceId", UUID)

MOST_SERVICE_MINUTES = 24 * 60
MOST_LINES = 30
LONGEST_LINE = 200
_BOOKABLE_OWNER = Q(owner=None) | Q(
    owner__is_verified=True, owner__is_active=True, owner__user__is_active=True, owner__user__erased_at=None
)


class ServiceQuerySet(models.QuerySet["Service"]):
    def bookable(self) -> Self:
        return self.filter(_BOOKABLE_OWNER, is_active=True, archived_at=None)

    def listed(self) -> Self:
        """What is offered to those who look around: bookable, and not in a category that is hidden."""
        return self.bookable().filter(Q(category=None) | Q(category__is_active=True))

    def platforms(self) -> Self:
        """The platform's own, which make up its catalog."""
        return self.filter(owner=None)

    def visible_to(self, user: Any) -> Self:
        """What can be booked, and one's own that is not archived."""
        if not user.is_authenticated:
            return self.bookable()
        return self.filter(Q(_BOOKABLE_OWNER, is_active=True) | Q(owner__user=user), archived_at=None)


class Service(BaseModel):
    """Without an owner it is the platform's, done by whoever is assigned. Empty buffers are the calendar's."""

    owner = models.ForeignKey(Specialist, models.PROTECT, null=True, blank=True, related_name="services")
    category = models.ForeignKey(Category, models.PROTECT, null=True, blank=True, related_name="services")
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, related_name="services")
    room = models.ForeignKey(
        Resource,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="services",
        help_text="What it takes besides its specialist: both are booked together.",
    )
    name = models.CharField(max_length=150)
    description = models.CharField(max_length=500, blank=True)
    long_description = models.TextField(max_length=5_000, blank=True)
    duration_minutes = models.PositiveSmallIntegerField(
        "duration, minutes", validators=[MinValueValidator(5), MaxValueValidator(MOST_SERVICE_MINUTES)]
    )
    buffer_before_minutes = models.PositiveSmallIntegerField(
        "free before, minutes", null=True, blank=True, validators=[MaxValueValidator(MOST_BUFFER_MINUTES)]
    )
    buffer_after_minutes = models.PositiveSmallIntegerField(
        "free after, minutes", null=True, blank=True, validators=[MaxValueValidator(MOST_BUFFER_MINUTES)]
    )
    price_minor = models.PositiveBigIntegerField("price, in minor units")
    market_price_minor = models.PositiveBigIntegerField("market price, in minor units", null=True, blank=True)
    currency = models.CharField(max_length=3, default="INR")
    requirements = ArrayField(
        models.CharField(max_length=LONGEST_LINE),
        default=list,
        blank=True,
        size=MOST_LINES,
        help_text="What the customer brings or prepares.",
    )
    deliverables = ArrayField(
        models.CharField(max_length=LONGEST_LINE),
        default=list,
        blank=True,
        size=MOST_LINES,
        help_text="What the customer has afterwards.",
    )
    image_url = models.CharField("picture", max_length=500, blank=True, validators=[URLValidator(schemes=["https"])])
    intake_questions = models.JSONField(
        default=list,
        blank=True,
        validators=[check_intake_questions],
        help_text='[{"question": "Any allergies?", "type": "text", "required": true}]; types: text, number, yes_no, '
        "choice with its options.",
    )
    position = models.PositiveSmallIntegerField(default=0, help_text="Smaller ones come first.")
    is_active = models.BooleanField("offered", default=True)
    archived_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects: ClassVar = ServiceQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                name="service_duration_is_sane",
                condition=Q(duration_minutes__gte=5, duration_minutes__lte=MOST_SERVICE_MINUTES),
            ),
            models.CheckConstraint(
                name="service_buffers_are_at_most_a_day",
                condition=(Q(buffer_before_minutes=None) | Q(buffer_before_minutes__lte=MOST_BUFFER_MINUTES))
                & (Q(buffer_after_minutes=None) | Q(buffer_after_minutes__lte=MOST_BUFFER_MINUTES)),
            ),
            models.CheckConstraint(
                name="service_price_is_sane", condition=Q(price_minor__gte=0, price_minor__lte=MOST_MINOR)
            ),
            models.CheckConstraint(
                name="service_market_price_is_no_less_than_its_price",
                condition=Q(market_price_minor=None)
                | Q(market_price_minor__gte=F("price_minor"), market_price_minor__lte=MOST_MINOR),
                violation_error_message="The market price must not be less than the price.",
            ),
            models.CheckConstraint(name="service_currency_is_a_code", condition=Q(currency__regex=r"^[A-Z]{3}$")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def price(self) -> Money:
        return Money(self.price_minor, self.currency)

    @property
    def market_price(self) -> Money | None:
        return None if self.market_price_minor is None else Money(self.market_price_minor, self.currency)

    @property
    def duration(self) -> timedelta:
        return timedelta(minutes=self.duration_minutes)

    def buffers_on(self, calendar: Calendar) -> Buffers:
        """The service's own where it has some, else the calendar's."""
        before, after = self.buffer_before_minutes, self.buffer_after_minutes
        return Buffers(
            calendar.buffers.before if before is None else timedelta(minutes=before),
            calendar.buffers.after if after is None else timedelta(minutes=after),
        )
