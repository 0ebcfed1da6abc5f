"""What is kept of a specialist and of whoever wrote reviews, and how it is erased.

Time stays as it was: calendars, what is booked on them and when somebody was away belong to the history of others too.
So do prices and the names of services, which bookings were made for, and stars, which make up a rating.
"""

from typing import Any

from django.db import models
from django.db.models.functions import Coalesce, Now

from catalog.models import Calendar, Review, Service, Specialist, TimeOff
from catalog.selectors.catalog_version import renew_after_commit
from common.personal_data import PersonalData, plain_rows

# Every column of these tables is in one of the two; a test fails for a new one until it is decided.
ERASED_COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Specialist: (
        "business_name",
        "description",
        "specialties",
        "experience_years",
        "base_rate_minor",
        "deposit_minor",
        "response_minutes",
        "location",
        "latitude",
        "longitude",
        "is_active",
        "instant_booking",
    ),
    Service: (
        "description",
        "long_description",
        "requirements",
        "deliverables",
        "image_url",
        "intake_questions",
        "is_active",
        "archived_at",
    ),
    TimeOff: ("reason",),
    Review: ("comment", "tags", "reply", "replied_at"),
}
KEPT_COLUMNS: dict[type[models.Model], tuple[str, ...]] = {
    Specialist: (
        *("id", "created_at", "updated_at", "user", "calendar", "currency", "rating_sum", "rating_count"),
        *("is_verified", "verified_at", "verified_by"),
    ),
    Service: (
        *("id", "created_at", "updated_at", "owner", "category", "tier", "room", "name", "duration_minutes"),
        *("buffer_before_minutes", "buffer_after_minutes", "price_minor", "market_price_minor", "currency", "position"),
    ),
    TimeOff: ("id", "created_at", "updated_at", "calendar", "during", "is_forced", "series_id", "created_by"),
    # What staff wrote down about hiding one is the staff's.
    Review: (
        *("id", "created_at", "updated_at", "booking_id", "customer", "specialist", "service", "resource", "rating"),
        *("edited_at", "withdrawn_at", "hidden_at", "hidden_by", "hidden_reason", "is_shown"),
    ),
}

_PROFILE = (
    *("business_name", "description", "specialties", "experience_years", "currency", "base_rate_minor"),
    *("deposit_minor", "response_minutes", "location", "latitude", "longitude", "rating_sum", "rating_count"),
    *("is_verified", "verified_at", "is_active", "instant_booking", "created_at"),
)
_CALENDAR = ("timezone", "weekly_hours", "hours_overrides")
_SERVICE = (
    *("name", "description", "long_description", "duration_minutes", "price_minor", "market_price_minor", "currency"),
    *("requirements", "deliverables", "image_url", "intake_questions", "is_active", "archived_at", "created_at"),
)
_REVIEW = ("booking_id", "rating", "comment", "tags", "edited_at", "withdrawn_at", "created_at")


def export(user: Any) -> dict[str, Any]:
    return {
        "specialist": plain_rows(Specialist.objects.filter(user=user.pk), *_PROFILE),
        "hours": plain_rows(Calendar.objects.filter(specialist__user=user.pk), *_CALENDAR),
        "services": plain_rows(Service.objects.filter(owner__user=user.pk), *_SERVICE),
        "times_off": plain_rows(
            TimeOff.objects.visible_to(user), "during__startswith", "during__endswith", "reason", "created_at"
        ),
        "reviews_written": plain_rows(Review.objects.of_customer(user), *_REVIEW),
        "replies": plain_rows(Review.objects.filter(specialist__user=user.pk).exclude(reply=""), "reply", "replied_at"),
    }


def erase(user: Any) -> None:
    """Leaves a profile that nobody is shown and services that nobody can book, without their words."""
    Specialist.objects.filter(user=user.pk).update(**_blank(Specialist) | {"is_active": False}, updated_at=Now())
    archived = {"is_active": False, "archived_at": Coalesce("archived_at", Now())}
    Service.objects.filter(owner__user=user.pk).update(**_blank(Service) | archived, updated_at=Now())
    TimeOff.objects.visible_to(user).update(**_blank(TimeOff), updated_at=Now())
    Review.objects.of_customer(user).update(comment="", tags=[], updated_at=Now())
    Review.objects.filter(specialist__user=user.pk).update(reply="", replied_at=None, updated_at=Now())
    renew_after_commit()


def _blank(model: type[models.Model]) -> dict[str, Any]:
    """Each erased column as a row has it that nobody has filled in."""
    fields: dict[str, Any] = {field.name: field for field in model._meta.concrete_fields}
    return {name: fields[name].get_default() for name in ERASED_COLUMNS[model]}


PERSONAL_DATA = PersonalData("catalog", export=export, erase=erase)
