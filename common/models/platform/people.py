"""Signing in, loyalty, messages, and how often anybody may ask."""

from django.db import models
from django.db.models import CheckConstraint, F, Q

from common.models.platform.fields import amount, per_minute, whole


class SignInSettings(models.Model):
    otp_digits = whole("digits of a code", 6, least=4, most=8)
    otp_minutes = whole("a code is valid for, minutes", 5, least=1, most=60)
    otp_attempts = whole("attempts per code", 5, least=1, most=10)
    otp_daily_attempts = whole("wrong codes per phone and day", 10, least=1, most=100)
    access_minutes = whole("access tokens live, minutes", 15, least=1, most=1440)
    refresh_days = whole("refresh tokens of customers live, days", 30, least=1, most=365)
    staff_refresh_days = whole("refresh tokens of partners and staff live, days", 7, least=1, most=365)
    refresh_grace_seconds = whole(
        "a used refresh token works for, seconds", 10, most=60, hint="For parallel calls of one device."
    )
    password_link_minutes = whole("links to reset a password live, minutes", 60, least=5, most=1440)
    telegram_widget_hours = whole("Telegram's sign-in is fresh for, hours", 24, least=1, most=168)
    telegram_app_minutes = whole("the Mini App's sign-in is fresh for, minutes", 60, least=1, most=1440)

    class Meta:
        abstract = True


class LoyaltySettings(models.Model):
    units_per_point = whole("currency units that earn a point", 10, least=1, most=1_000_000)
    points_per_review = whole("points for a review", 10, most=100_000)
    point_value_minor = amount("value of a point", 10)
    points_pay_tax = models.BooleanField(
        "points pay tax too", default=True, help_text="Off: points pay for a price without its tax."
    )
    silver_points = whole("silver from, points", 300, least=1, most=100_000_000, hint="Points ever earned.")
    gold_points = whole("gold from, points", 800, least=1, most=100_000_000)
    platinum_points = whole("platinum from, points", 2000, least=1, most=100_000_000)
    points_live_months = whole("points live, months", 12, most=120, hint="0: for ever. Some tiers add to it.")
    points_notice_days = whole("notice before points end, days", 14, most=90, hint="0: none.")

    class Meta:
        abstract = True


class MessageSettings(models.Model):
    early_reminder_minutes = whole("first reminder, minutes before", 1440, most=43_200, hint="0: none.")
    late_reminder_minutes = whole("second reminder, minutes before", 120, most=43_200, hint="0: none.")
    message_tries = whole("tries for a message", 5, least=1, most=20)
    webhook_tries = whole("tries for a webhook", 8, least=1, most=20, hint="Between two the wait grows, up to a day.")

    class Meta:
        abstract = True


class RateLimitSettings(models.Model):
    """Take effect within seconds. `RATE_LIMITS=off` in the environment lifts them all."""

    logins_per_quarter_hour = whole("logins", 5, least=1, most=10_000, hint="In any 15 minutes, per account and IP.")
    otps_per_phone_hour = whole("codes to a phone", 3, least=1, most=10_000, hint="In any hour, per phone.")
    otps_per_ip_hour = whole("codes to an IP", 10, least=1, most=10_000, hint="In any hour, per IP.")
    registrations_per_hour = whole("registrations", 20, least=1, most=10_000, hint="In any hour, per IP.")
    bookings_per_minute = whole("bookings", 10, least=1, most=10_000, hint="In any minute, per user.")
    payments_per_minute = whole("payments", 3, least=1, most=10_000, hint="In any minute, per user.")
    contacts_per_hour = whole("contact forms", 5, least=1, most=10_000, hint="In any hour, per IP.")
    promo_misses_per_hour = whole("wrong promo codes", 10, least=1, most=10_000, hint="In any hour, per user or IP.")
    anonymous_per_minute = per_minute("anonymous, per IP", 100)
    standard_per_minute = per_minute("standard, per user", 100)
    premium_per_minute = per_minute("premium, per user", 500)
    partner_per_minute = per_minute("partners, per user", 200)
    staff_per_minute = per_minute("staff, per user", 1000)
    service_per_minute = per_minute("service accounts, each", 1000)

    class Meta:
        abstract = True


ORDER_CHECKS: list[CheckConstraint] = [
    CheckConstraint(
        name="platform_tiers_rise",
        condition=Q(silver_points__lt=F("gold_points"), gold_points__lt=F("platinum_points")),
        violation_error_message="Silver must come before gold, and gold before platinum.",
    ),
    CheckConstraint(
        name="platform_reminders_in_order",
        condition=Q(early_reminder_minutes=0) | Q(early_reminder_minutes__gt=F("late_reminder_minutes")),
        violation_error_message="The first reminder must go out before the second.",
    ),
]
