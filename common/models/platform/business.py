"""Who we are, and what a booking costs, keeps and pays back."""

from datetime import time
from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import CheckConstraint, F, Q

from common.models.platform.fields import amount, check_currency, check_timezone, percent, whole


class BusinessSettings(models.Model):
    business_name = models.CharField("name", max_length=100, default="Almanac")
    contact_email = models.EmailField("e-mail address", default="hello@almanac.example")
    contact_phone = models.CharField("phone number", max_length=20, blank=True, help_text="With country code.")
    default_currency = models.CharField(
        "default currency",
        max_length=3,
        default="INR",
        validators=[check_currency],
        help_text="Three capital letters. Existing prices keep their currency.",
    )
    default_timezone = models.CharField(
        "default time zone",
        max_length=64,
        default="Asia/Kolkata",
        validators=[check_timezone],
        help_text="For new users and calendars, such as Asia/Kolkata.",
    )

    class Meta:
        abstract = True


class PriceSettings(models.Model):
    tax_percent = percent("tax, %", "18.00", hint="Added to the subtotal after discount.")
    prices_include_tax = models.BooleanField("prices include tax", default=False)
    commission_percent = percent(
        "commission, %", "30.00", hint="The platform's part of subtotal minus discount, fixed when a job is accepted."
    )
    default_deposit_minor = amount("deposit", 200, hint="For services that ask for one and name no sum.")
    cash_limit_minor = amount("most that is paid in cash", 1_000_000, hint="0: no cash.")
    refund_approval_minor = amount("refunds that need approval", 1_000_000, hint="Larger ones need a second person.")
    payout_minimum_minor = amount("least that is paid out", 10_000)
    partner_debt_limit_minor = amount("debt limit of partners", 500_000, hint="Above it a partner gets no cash jobs.")
    rest_held_hours = whole(
        "hold the rest, hours before the start",
        48,
        least=1,
        most=168,
        hint="It is taken when the booking is completed.",
    )
    rest_tries = whole("a customer is asked for the rest, times at most", 3, least=1, most=10)
    rest_ask_hours = whole("a customer is asked again after, hours", 12, least=1, most=168)
    pay_link_days = whole("links to pay live, days", 30, least=1, most=365)
    tip_days = whole("tips are taken after completion for, days", 30, most=365, hint="0: no tips.")
    tip_limit_minor = amount("largest tip", 500_000, hint="In another currency: the price of what was booked.")
    payment_event_tries = whole("tries for a payment event", 3, least=1, most=20, hint="Then staff are asked.")

    class Meta:
        abstract = True


class BookingSettings(models.Model):
    unpaid_hold_minutes = whole("unpaid bookings expire after, minutes", 15, least=1, most=1440)
    preview_seconds = whole("a checkout's price holds for, seconds", 120, least=30, most=3600)
    booking_notice_minutes = whole("least notice, minutes", 0, most=43_200, hint="Where a calendar sets none.")
    booking_horizon_days = whole(
        "bookable ahead, days", 30, least=1, most=730, hint="Where a calendar sets none. Series may go further."
    )
    duplicate_booking_seconds = whole("a repeated click within, seconds, is one booking", 10, most=300)
    unpaid_holds = whole("most unpaid bookings of a customer at once", 5, least=1, most=1000)
    lapsed_holds = whole(
        "unpaid bookings that halve the time of the next",
        3,
        least=1,
        most=1000,
        hint="Of one customer within a day; as many more halve it again.",
    )
    shortest_hold_minutes = whole("shortest time to pay, minutes", 5, least=1, most=1440)
    reschedule_limit = whole("a customer moves a booking, times at most", 3, most=100)
    no_show_grace_minutes = whole("a no-show after the start by, minutes", 15, most=480)
    series_occurrences = whole("most occurrences of a series", 750, least=1, most=750)
    series_days = whole("longest series, days", 731, least=1, most=731)
    open_series_days = whole(
        "open-ended series are booked ahead, days", 180, least=7, most=731, hint="They roll forward every night."
    )
    availability_days = whole("most days of one availability request", 62, least=1, most=366)
    bulk_slots = whole("most slots of one bulk check", 200, least=1, most=1000)

    class Meta:
        abstract = True


class VisitSettings(models.Model):
    """When somebody can be sent to a customer's home, on clocks of the business's zone."""

    visits_from = models.TimeField(
        "visits begin at", default=time(8), help_text="On the business's clock, such as 08:00."
    )
    visits_until = models.TimeField("visits are over by", default=time(20), help_text="Later on the same day.")
    visit_step_minutes = whole("a visit may begin every, minutes", 30, least=5, most=240)
    visit_notice_minutes = whole("least notice of a visit, minutes", 60, most=43_200)
    visit_horizon_days = whole("visits are bookable ahead, days", 30, least=1, most=730)

    class Meta:
        abstract = True


class CancellationSettings(models.Model):
    free_cancellation_minutes = whole("free after booking for, minutes", 5, most=1440)
    cancellation_deadline_hours = whole("free until, hours before the start", 24, most=720)
    cancellation_fee_percent = percent("fee after that, %", "10.00")

    class Meta:
        abstract = True


class DispatchSettings(models.Model):
    partner_offer_minutes = whole("an offer lasts, minutes", 15, least=1, most=1440)
    partner_offers = whole("most offers for one job", 3, least=1, most=20, hint="Then staff are asked.")
    partner_rating = models.DecimalField(
        "least rating",
        default=Decimal("4.0"),
        max_digits=2,
        decimal_places=1,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(5))],
    )
    partner_heartbeat_minutes = whole(
        "on duty after a sign of life for, minutes", 5, least=1, most=1440, hint="Asked for jobs of today."
    )
    partner_radius_km = whole("radius of new partners, km", 10, least=1, most=500)
    partner_travel_minutes = whole("gap between two jobs, minutes", 30, most=480)
    partner_phone_hours = whole("phone shown after completion for, hours", 24, most=720)

    class Meta:
        abstract = True


HOURS_CHECKS: list[CheckConstraint] = [
    CheckConstraint(
        name="platform_visits_end_after_they_begin",
        condition=Q(visits_from__lt=F("visits_until")),
        violation_error_message="Visits must be over later than they begin.",
    ),
]
