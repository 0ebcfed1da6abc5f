"""A booking: an appointment with a specialist, a reservation of a resource, or a visit at the customer's address."""

from datetime import datetime, timedelta
from typing import Any, ClassVar, NewType, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Subquery

from bookings.enums import OCCUPYING, UPCOMING, BookingKind, BookingStatus, PaymentMethod, PaymentStatus, Role, Source
from bookings.models.series import Series
from catalog.models import Calendar, Resource, Service, Specialist
from catalog.models.service import LONGEST_LINE, MOST_LINES
from catalog.slots import Buffers
from common.models.base import BaseModel
from common.money import MOST_MINOR, Money
from common.timeranges import TimeRange

BookingId = NewType("BookingId", UUID)

LONGEST_TITLE = 200
LONGEST_NOTES = 2_000
LONGEST_REASON = 500
LONGEST_LINK = 500
MOST_ATTENDEES = 100


class NextBookingNumber(Func):
    """`BK-20240120-000123`: the day in UTC and a number from one sequence, so it is unique under any parallelism."""

    function = "bookings_next_number"
    template = "%(function)s()"
    output_field = models.CharField()


class BookingQuerySet(models.QuerySet["Booking"]):
    def occupying(self) -> Self:
        """Those that hold their time on a calendar."""
        return self.filter(status__in=OCCUPYING)

    def upcoming(self) -> Self:
        return self.filter(status__in=UPCOMING)

    def of_customer(self, user: Any) -> Self:
        return self.filter(customer=user)

    def of_specialist(self, user: Any) -> Self:
        return self.filter(specialist=_own_specialist(user))

    def attended_by(self, user: Any) -> Self:
        return self.filter(attendees__contains=[str(user.pk)])

    def visible_to(self, user: Any) -> Self:
        """One's own, those on one's own calendar, and those one is invited to."""
        if not user.is_authenticated:
            return self.none()
        invited = Q(attendees__contains=[str(user.pk)])
        # Each part has an index of its own; a join in one of them would make PostgreSQL read every booking there is.
        return self.filter(Q(customer=user) | Q(specialist=_own_specialist(user)) | invited)

    def overlapping(self, time: TimeRange) -> Self:
        return self.filter(starts_at__lt=time.end, ends_at__gt=time.start)


def _own_specialist(user: Any) -> Subquery:
    return Subquery(Specialist.objects.filter(user=user.pk).values("pk")[:1])


class Booking(BaseModel):
    """Status is written by `bookings.transitions` alone, times by the services that also move the occupancy.

    Prices, tax, policy, buffers and address are snapshots: later edits of the catalog or of settings never rewrite
    them. While the status is one of `OCCUPYING` there is one occupancy on each of the booking's calendars.
    """

    number = models.CharField(max_length=30, unique=True, editable=False, db_default=NextBookingNumber())
    kind = models.CharField(max_length=12, choices=BookingKind.choices)
    status = models.CharField(max_length=20, choices=BookingStatus.choices)
    payment_status = models.CharField(max_length=20, choices=PaymentStatus.choices, default=PaymentStatus.UNPAID)
    payment_method = models.CharField(max_length=10, choices=PaymentMethod.choices, blank=True)
    source = models.CharField(max_length=12, choices=Source.choices, default=Source.API)

    customer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bookings")
    booked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="Empty: a service account."
    )
    specialist = models.ForeignKey(Specialist, models.PROTECT, null=True, blank=True, related_name="bookings")
    resource = models.ForeignKey(Resource, models.PROTECT, null=True, blank=True, related_name="bookings")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="bookings")
    # The one that opening hours and notice are taken from. A visit has none before a partner is assigned.
    calendar = models.ForeignKey(Calendar, models.PROTECT, null=True, blank=True, related_name="bookings")

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    buffer_before_minutes = models.PositiveSmallIntegerField(default=0)
    buffer_after_minutes = models.PositiveSmallIntegerField(default=0)
    timezone = models.CharField(max_length=64)

    title = models.CharField(max_length=LONGEST_TITLE, blank=True)
    description = models.TextField(max_length=LONGEST_NOTES, blank=True)
    notes = models.TextField(max_length=LONGEST_NOTES, blank=True)
    attendees = ArrayField(models.CharField(max_length=254), default=list, blank=True, size=MOST_ATTENDEES)
    metadata = models.JSONField(default=dict, blank=True)
    answers = models.JSONField(default=dict, blank=True)
    # Told by the specialist: before it, and when it is done.
    meeting_link = models.CharField(max_length=LONGEST_LINK, blank=True)
    preparation_notes = models.TextField(max_length=LONGEST_NOTES, blank=True)
    completion_notes = models.TextField(max_length=LONGEST_NOTES, blank=True)
    deliverables = ArrayField(models.CharField(max_length=LONGEST_LINE), default=list, blank=True, size=MOST_LINES)
    address = models.JSONField(null=True, blank=True)
    # Who is to be asked for at the door, as they wrote it at the checkout: name, phone, email.
    contact = models.JSONField(null=True, blank=True)
    policy = models.JSONField()

    currency = models.CharField(max_length=3)
    subtotal_minor = models.PositiveBigIntegerField(default=0)
    savings_minor = models.PositiveBigIntegerField(default=0)
    discount_minor = models.PositiveBigIntegerField(default=0)
    tax_minor = models.PositiveBigIntegerField(default=0)
    tax_basis_points = models.PositiveIntegerField(default=0)
    prices_include_tax = models.BooleanField(default=False)
    total_minor = models.PositiveBigIntegerField(default=0)
    # What of the total was paid by points and by credit; the rest is paid by money.
    points_minor = models.PositiveBigIntegerField(default=0)
    credit_minor = models.PositiveBigIntegerField(default=0)
    deposit_minor = models.PositiveBigIntegerField(default=0)
    cancellation_fee_minor = models.PositiveBigIntegerField(default=0)

    series = models.ForeignKey(Series, models.PROTECT, null=True, blank=True, related_name="bookings")
    # When the rule of the series has it start; stays when the occurrence is moved.
    recurrence_id = models.DateTimeField(null=True, blank=True)
    is_modified = models.BooleanField("differs from its series", default=False)

    # Steps of the timeline, counted here so that the next one is known while the row is locked.
    steps = models.PositiveIntegerField(default=0, editable=False)
    sequence = models.PositiveIntegerField("calendar sequence", default=0, editable=False)
    reschedules = models.PositiveSmallIntegerField(default=0, editable=False)
    expires_at = models.DateTimeField(null=True, blank=True, editable=False)
    reminder_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    # When something is next done about what is left to pay online, and how often the customer was asked for it since.
    rest_due_at = models.DateTimeField(null=True, blank=True, editable=False)
    rest_tries = models.PositiveSmallIntegerField(default=0, editable=False)
    confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    started_at = models.DateTimeField(null=True, blank=True, editable=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_by = models.CharField(max_length=10, choices=Role.choices, blank=True, editable=False)
    cancellation_reason = models.CharField(max_length=LONGEST_REASON, blank=True, editable=False)

    objects: ClassVar = BookingQuerySet.as_manager()

    class Meta(BaseModel.Meta):
        permissions: ClassVar = [
            ("confirm_booking", "Can confirm bookings"),
            ("cancel_booking", "Can cancel bookings"),
            ("reschedule_booking", "Can reschedule bookings"),
            ("complete_booking", "Can complete bookings and mark no-shows"),
            ("override_booking", "Can book beyond notice, horizon and opening hours"),
            ("export_booking", "Can export bookings as CSV"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="booking_kind_is_known", condition=Q(kind__in=BookingKind.values)),
            models.CheckConstraint(name="booking_status_is_known", condition=Q(status__in=BookingStatus.values)),
            models.CheckConstraint(
                name="booking_payment_status_is_known", condition=Q(payment_status__in=PaymentStatus.values)
            ),
            models.CheckConstraint(name="booking_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(
                name="booking_is_with_what_its_kind_says",
                condition=Q(kind="appointment", specialist__isnull=False, service__isnull=False, calendar__isnull=False)
                | Q(kind="reservation", resource__isnull=False, specialist=None, calendar__isnull=False)
                | Q(kind="visit", specialist=None, resource=None),
            ),
            models.CheckConstraint(
                name="booking_total_adds_up",
                condition=Q(discount_minor__lte=F("subtotal_minor"))
                & (
                    Q(
                        prices_include_tax=False,
                        total_minor=F("subtotal_minor") - F("discount_minor") + F("tax_minor"),
                    )
                    | Q(
                        prices_include_tax=True,
                        total_minor=F("subtotal_minor") - F("discount_minor"),
                        tax_minor__lte=F("total_minor"),
                    )
                ),
            ),
            models.CheckConstraint(
                name="booking_amounts_are_within_the_total",
                condition=Q(
                    total_minor__lte=MOST_MINOR,
                    deposit_minor__lte=F("total_minor"),
                    cancellation_fee_minor__lte=F("total_minor"),
                    total_minor__gte=F("points_minor") + F("credit_minor"),
                ),
            ),
            models.CheckConstraint(
                name="booking_stamps_agree_with_its_status",
                condition=(
                    Q(status="cancelled", cancelled_at__isnull=False) & ~Q(cancelled_by="")
                    | ~Q(status="cancelled") & Q(cancelled_at=None, cancelled_by="")
                )
                & (~Q(status="completed") | Q(completed_at__isnull=False))
                & (~Q(status="in_progress") | Q(started_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="booking_expires_only_unpaid",
                condition=Q(status="pending_payment", expires_at__isnull=False) | ~Q(status="pending_payment"),
            ),
            models.CheckConstraint(
                name="booking_of_a_series_knows_its_date",
                condition=Q(series=None, recurrence_id=None) | Q(series__isnull=False, recurrence_id__isnull=False),
            ),
            models.UniqueConstraint(fields=["series", "recurrence_id"], name="one_booking_per_date_of_a_series"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["customer", "-starts_at"], name="bookings_of_a_customer"),
            models.Index(
                fields=["specialist", "-starts_at"],
                name="bookings_of_a_specialist",
                condition=Q(specialist__isnull=False),
            ),
            models.Index(
                fields=["resource", "-starts_at"], name="bookings_of_a_resource", condition=Q(resource__isnull=False)
            ),
            models.Index(fields=["starts_at"], name="bookings_by_start"),
            GinIndex("attendees", name="bookings_by_attendee", fastupdate=False),
            models.Index(fields=["expires_at"], name="bookings_to_expire", condition=Q(status="pending_payment")),
            models.Index(
                fields=["reminder_due_at"], name="bookings_to_remind", condition=Q(reminder_due_at__isnull=False)
            ),
            models.Index(fields=["rest_due_at"], name="bookings_with_a_rest", condition=Q(rest_due_at__isnull=False)),
            models.Index(
                fields=["ends_at"],
                name="bookings_to_close",
                condition=Q(status__in=["pending", "confirmed", "in_progress"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def time(self) -> TimeRange:
        return TimeRange(self.starts_at, self.ends_at)

    @property
    def buffers(self) -> Buffers:
        return Buffers(timedelta(minutes=self.buffer_before_minutes), timedelta(minutes=self.buffer_after_minutes))

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.currency)

    @property
    def deposit(self) -> Money:
        return Money(self.deposit_minor, self.currency)

    @property
    def waits_until(self) -> datetime | None:
        """Until when its time is held for money; what was paid for, or is over, waits no longer."""
        return self.expires_at if self.status == BookingStatus.PENDING_PAYMENT else None

    @property
    def is_occupying(self) -> bool:
        return self.status in OCCUPYING
