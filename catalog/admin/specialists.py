"""Who can be booked, and who has been verified."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from catalog.admin.fields import AmountsForm, LinesField, amount_field
from catalog.models import Specialist
from catalog.models.specialist import LONGEST_SPECIALTY, MOST_SPECIALTIES
from catalog.selectors.profiles import facts_of
from catalog.services.specialists import change_profile, unverify_specialist, verify_specialist
from common.admin.base import AlmanacModelAdmin
from common.admin.decorators import action, display

EDITED = (
    "business_name",
    "description",
    "specialties",
    "experience_years",
    "currency",
    "response_minutes",
    "location",
    "latitude",
    "longitude",
    "is_active",
    "instant_booking",
)


class SpecialistForm(AmountsForm):
    amounts = ("base_rate", "deposit")
    specialties = LinesField(most=MOST_SPECIALTIES, longest=LONGEST_SPECIALTY, help_text="One a line.")
    base_rate = amount_field("Base rate")
    deposit = amount_field("Deposit")

    class Meta:
        model = Specialist
        fields = EDITED

    def check(self, cleaned: dict[str, Any], minors: dict[str, int | None]) -> None:
        if (cleaned.get("latitude") is None) != (cleaned.get("longitude") is None):
            self.add_error("latitude", "Give both latitude and longitude, or neither.")


@admin.register(Specialist)
class SpecialistAdmin(AlmanacModelAdmin):
    form = SpecialistForm
    list_display = ("person", "state", "services_offered", "shown_rating", "location", "created_at")
    list_select_related: ClassVar[Any] = ("user",)
    list_filter = ("is_verified", "is_active")
    search_fields = ("business_name", "user__first_name", "user__last_name", "user__email", "=id")
    search_help_text = "Name, business, e-mail or id"
    readonly_fields = (
        "user",
        "time",
        "is_verified",
        "verified_at",
        "verified_by",
        "shown_rating",
        "bookings_made",
        "created_at",
        "updated_at",
    )
    actions = ("verify", "unverify")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "user",
                    "business_name",
                    "is_active",
                    "instant_booking",
                    "is_verified",
                    ("verified_at", "verified_by"),
                )
            },
        ),
        ("Time", {"fields": ("time",)}),
        ("Profile", {"fields": ("description", "specialties", ("experience_years", "response_minutes"))}),
        ("Rates", {"fields": (("currency", "base_rate", "deposit"), "reason")}),
        ("Place", {"fields": ("location", ("latitude", "longitude"))}),
        ("Figures", {"fields": (("shown_rating", "bookings_made"), ("created_at", "updated_at"))}),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        queryset: models.QuerySet[Any] = super().get_queryset(request)
        counted: models.QuerySet[Any] = queryset.annotate(services_count=Count("services"))
        return counted

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People become specialists by registering as such."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_verify_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("catalog.verify_specialist"))

    @display(description="Specialist", header=True, ordering="business_name")
    def person(self, specialist: Specialist) -> list[str]:
        user = specialist.user
        initials = (user.first_name[:1] + user.last_name[:1]).upper() or "?"
        return [specialist.business_name or str(user), str(user), initials]

    @display(
        description="State",
        ordering="is_verified",
        label={"verified": "success", "takes no bookings": "warning", "to be verified": "danger"},
    )
    def state(self, specialist: Specialist) -> str:
        if not specialist.is_verified:
            return "to be verified"
        return "verified" if specialist.is_active else "takes no bookings"

    @display(description="Services", ordering="services_count")
    def services_offered(self, specialist: Any) -> int:
        return int(specialist.services_count)

    @display(description="Rating")
    def shown_rating(self, specialist: Specialist) -> str:
        if specialist.rating is None:
            return "–"
        return f"{specialist.rating} from {specialist.rating_count} review{'' if specialist.rating_count == 1 else 's'}"

    @display(description="Bookings")
    def bookings_made(self, specialist: Specialist) -> str:
        facts = facts_of(specialist)
        rate = facts["cancellation_rate"]
        return f"{facts['total_bookings']:,}" if rate is None else f"{facts['total_bookings']:,}, {rate} % taken back"

    @display(description="Hours and time off")
    def time(self, specialist: Specialist) -> SafeString:
        link = reverse("admin:catalog_calendar_change", args=[specialist.calendar_id])
        return format_html('<a class="almanac-link" href="{}">Calendar</a>', link)

    @action(description="Verify…", permissions=["verify"])
    def verify(self, request: HttpRequest, queryset: models.QuerySet[Specialist]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="verify",
            question="Verify these specialists? They are listed and can be booked from then on.",
            run=lambda specialist, reason: verify_specialist(specialist, actor=request.user, reason=reason),
        )

    @action(description="Take the verification back…", permissions=["verify"])
    def unverify(self, request: HttpRequest, queryset: models.QuerySet[Specialist]) -> HttpResponse | None:
        return self.confirm(
            request,
            queryset,
            action="unverify",
            question="Take the verification back? They are no longer listed; what is booked stays.",
            is_dangerous=True,
            run=lambda specialist, reason: unverify_specialist(specialist, actor=request.user, reason=reason),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        changes = {name: getattr(obj, name) for name in (*EDITED, "base_rate_minor", "deposit_minor")}
        change_profile(obj, changes, actor=request.user, reason=form.cleaned_data.get("reason", ""))
