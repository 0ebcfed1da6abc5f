"""What customers said of bookings that are over."""

from typing import Any, ClassVar, NewType, Self
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import BooleanField, GeneratedField, Q

from catalog.models.resource import Resource
from catalog.models.service import Service
from catalog.models.specialist import Specialist
from common.models.base import BaseModel

ReviewId = NewType("ReviewId", UUID)

STARS = range(1, 6)
NAMELESS = "Somebody"
LONGEST_COMMENT = 2_000
LONGEST_REPLY = 1_000
LONGEST_TAG = 30
MOST_TAGS = 10


class ReviewQuerySet(models.QuerySet["Review"]):
    def shown(self) -> Self:
        """Neither taken back by who wrote them nor hidden by staff."""
        return self.filter(is_shown=True)

    def kept(self) -> Self:
        """Not taken back by who wrote them."""
        return self.filter(withdrawn_at=None)

    def of_customer(self, user: Any) -> Self:
        return self.filter(customer=user.pk)

    def visible_to(self, user: Any) -> Self:
        """What everybody may read, and one's own that staff have hidden."""
        if not user.is_authenticated:
            return self.shown()
        return self.filter(Q(is_shown=True) | Q(customer=user.pk, withdrawn_at=None))


class Review(BaseModel):
    """One for each booking, for ever: taken back, its row stays without words and holds the booking's place.

    The booking is of an upper floor, so only its id is kept; who may review it is asked there. Triggers count what is
    shown into the specialist's ratings and standing, whoever writes: rows made in bulk are counted as well.
    """

    booking_id = models.UUIDField(unique=True, editable=False)
    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, db_index=False, related_name="reviews")
    specialist = models.ForeignKey(
        Specialist, models.PROTECT, null=True, blank=True, db_index=False, related_name="reviews"
    )
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, db_index=False, related_name="reviews")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, blank=True, related_name="reviews")
    rating = models.PositiveSmallIntegerField()
    comment = models.TextField(max_length=LONGEST_COMMENT, blank=True)
    tags = ArrayField(models.CharField(max_length=LONGEST_TAG), default=list, blank=True, size=MOST_TAGS)
    edited_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_at = models.DateTimeField("taken back at", null=True, blank=True, editable=False)
    reply = models.TextField("the specialist's reply", max_length=LONGEST_REPLY, blank=True)
    replied_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_at = models.DateTimeField(null=True, blank=True, editable=False)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        related_name="+",
    )
    hidden_reason = models.CharField(max_length=500, blank=True, editable=False)
    is_shown = GeneratedField(
        expression=Q(withdrawn_at=None, hidden_at=None),  # type: ignore[arg-type]  # the stubs forget Q
        output_field=BooleanField(),
        db_persist=True,
    )

    objects: ClassVar = ReviewQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        ordering: ClassVar = ["-created_at", "-id"]
        permissions: ClassVar = [("hide_review", "Can hide reviews and show them again")]
        constraints: ClassVar = [
            models.CheckConstraint(name="review_gives_one_to_five_stars", condition=Q(rating__gte=1, rating__lte=5)),
            models.CheckConstraint(
                name="review_is_hidden_for_a_reason",
                condition=Q(hidden_at=None, hidden_reason="") | Q(hidden_at__isnull=False) & ~Q(hidden_reason=""),
            ),
            models.CheckConstraint(
                name="review_taken_back_says_nothing",
                condition=Q(withdrawn_at=None) | Q(comment="", tags=[], reply=""),
            ),
            models.CheckConstraint(
                name="review_reply_has_its_time",
                condition=Q(reply="", replied_at=None) | ~Q(reply="") & Q(replied_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["specialist", "-created_at", "-id"], name="reviews_of_a_specialist"),
            models.Index(fields=["service", "-created_at", "-id"], name="reviews_of_a_service"),
            models.Index(fields=["customer", "-created_at", "-id"], name="reviews_of_a_customer"),
            # Of all rows, since one's own hidden ones are on one's own list.
            models.Index(fields=["-created_at", "-id"], name="reviews_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.rating} of 5"

    @property
    def customer_name(self) -> str:
        """`Jane S.`, as everybody may read it; whoever erased the account is nobody in particular."""
        return f"{self.customer.first_name} {self.customer_initial}".strip() or NAMELESS

    @property
    def customer_initial(self) -> str:
        return f"{self.customer.last_name[:1]}." if self.customer.last_name else ""
