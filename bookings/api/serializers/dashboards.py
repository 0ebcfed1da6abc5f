"""What dashboards show."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from rest_framework import serializers

from accounts.api.serializers import AddressSerializer, MeSerializer
from bookings.api.serializers.booking import NamedSerializer, shown_named
from bookings.enums import BookingStatus
from bookings.models import Booking
from bookings.selectors.analytics import PlatformFigures, SpecialistFigures, percent_of
from bookings.selectors.dashboards import Dashboard
from catalog.models import Specialist
from common.api.fields import BoundedIntegerField, DateField, IdField, InstantField, TextField, TimeOfDayField
from common.api.serializers import StrictSerializer, represented
from common.money import exponent, round_half_up
from notifications.api.serializers import NotificationSerializer


class BookedServiceSerializer(StrictSerializer):
    name = TextField()
    quantity = BoundedIntegerField()


class RecentBookingSerializer(StrictSerializer):
    """A booking in short. Date and time are what clocks show where it takes place."""

    id = IdField()
    booking_number = TextField()
    status = serializers.ChoiceField(choices=BookingStatus.choices)
    booking_date = DateField()
    booking_time = TimeOfDayField()
    start_time = InstantField()
    timezone = TextField()
    currency = TextField()
    grand_total = TextField()
    specialist = NamedSerializer(allow_null=True)
    resource = NamedSerializer(allow_null=True)
    services = BookedServiceSerializer(many=True)


class DashboardSerializer(StrictSerializer):
    user = MeSerializer()
    addresses = AddressSerializer(many=True)
    recent_bookings = RecentBookingSerializer(many=True, help_text="The five that were made last.")
    notifications = NotificationSerializer(many=True, help_text="The five latest.")


class OverviewSerializer(StrictSerializer):
    total_revenue = TextField()
    this_month_revenue = TextField()
    total_bookings = BoundedIntegerField(help_text="Without those that were called off or not paid for.")
    this_month_bookings = BoundedIntegerField()
    average_rating = serializers.FloatField(allow_null=True)
    response_rate = BoundedIntegerField(allow_null=True, help_text="Requests answered in time, of a hundred.")
    cancellation_rate = BoundedIntegerField(
        allow_null=True, help_text="Taken back by the specialist, of a hundred bookings that came about."
    )


class MonthRevenueSerializer(StrictSerializer):
    month = TextField(help_text="Such as 2024-01.")
    revenue = TextField()


class TopServiceSerializer(StrictSerializer):
    service_id = IdField()
    name = TextField()
    bookings = BoundedIntegerField()
    revenue = TextField()


class SatisfactionSerializer(StrictSerializer):
    average_rating = serializers.FloatField(allow_null=True)
    response_rate = BoundedIntegerField(allow_null=True)
    repeat_customers = BoundedIntegerField(allow_null=True, help_text="Of a hundred customers, who came again.")


class SpecialistDashboardSerializer(StrictSerializer):
    """Amounts are in the specialist's currency, months those of the business."""

    currency = TextField()
    overview = OverviewSerializer()
    revenue_chart = MonthRevenueSerializer(many=True, help_text="Twelve months, the present one last.")
    top_services = TopServiceSerializer(many=True)
    customer_satisfaction = SatisfactionSerializer()


class GrowthSerializer(StrictSerializer):
    this_month = BoundedIntegerField()
    last_month = BoundedIntegerField()


class UserFiguresSerializer(StrictSerializer):
    total = BoundedIntegerField()
    customers = BoundedIntegerField()
    specialists = BoundedIntegerField()
    growth = GrowthSerializer()


class BookingFiguresSerializer(StrictSerializer):
    total = BoundedIntegerField()
    this_month = BoundedIntegerField(help_text="Made this month.")
    completion_rate = BoundedIntegerField(
        allow_null=True, help_text="Of a hundred that were completed, cancelled or missed, the completed ones."
    )
    average_value = TextField(allow_null=True, help_text="Of those that were completed.")


class RevenueFiguresSerializer(StrictSerializer):
    currency = TextField()
    total = TextField()
    this_month = TextField()
    commission_earned = TextField(help_text="At the rate that is in force.")


class PlatformMetricsSerializer(StrictSerializer):
    """Revenue is what completed bookings cost, in the platform's own currency."""

    users = UserFiguresSerializer()
    bookings = BookingFiguresSerializer()
    revenue = RevenueFiguresSerializer()


def shown_dashboard(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "user": represented(MeSerializer, dashboard.user),
        "addresses": [represented(AddressSerializer, each) for each in dashboard.addresses],
        "recent_bookings": [_recent(each) for each in dashboard.bookings],
        "notifications": [represented(NotificationSerializer, each) for each in dashboard.notifications],
    }


def shown_specialist(specialist: Specialist, figures: SpecialistFigures) -> dict[str, Any]:
    standing = getattr(specialist, "standing", None)
    answered = standing.answered_percent if standing is not None else None
    satisfied = {"average_rating": specialist.rating, "response_rate": answered}
    return {
        "currency": figures.currency,
        "overview": {
            "total_revenue": _amount(figures.total_revenue, figures.currency),
            "this_month_revenue": _amount(figures.this_month_revenue, figures.currency),
            "total_bookings": figures.total_bookings,
            "this_month_bookings": figures.this_month_bookings,
            **satisfied,
            "cancellation_rate": figures.cancelled_percent,
        },
        "revenue_chart": [
            {"month": _month(month), "revenue": _amount(minor, figures.currency)} for month, minor in figures.by_month
        ],
        "top_services": [
            {
                "service_id": each["service_id"],
                "name": each["service__name"],
                "bookings": each["bookings"],
                "revenue": _amount(each["revenue"], figures.currency),
            }
            for each in figures.top_services
        ],
        "customer_satisfaction": {**satisfied, "repeat_customers": figures.repeat_percent},
    }


def shown_platform(figures: PlatformFigures) -> dict[str, Any]:
    users, bookings, currency = figures.users, figures.bookings, figures.currency
    average = round_half_up(Fraction(figures.revenue, bookings["paid"])) if bookings["paid"] else None
    return {
        "users": {
            **{name: users[name] for name in ("total", "customers", "specialists")},
            "growth": {name: users[name] for name in ("this_month", "last_month")},
        },
        "bookings": {
            "total": bookings["all"],
            "this_month": bookings["month"],
            "completion_rate": percent_of(bookings["completed"], figures.settled),
            "average_value": None if average is None else _amount(average, currency),
        },
        "revenue": {
            "currency": currency,
            "total": _amount(figures.revenue, currency),
            "this_month": _amount(figures.this_month_revenue, currency),
            "commission_earned": _amount(figures.commission, currency),
        },
    }


def _recent(booking: Booking) -> dict[str, Any]:
    local = booking.starts_at.astimezone(booking.zone)
    return {
        "id": booking.pk,
        "booking_number": booking.number,
        "status": booking.status,
        "booking_date": local.date(),
        "booking_time": f"{local:%H:%M}",
        "start_time": booking.starts_at,
        "timezone": booking.timezone,
        "currency": booking.currency,
        "grand_total": str(booking.total),
        "specialist": shown_named(booking.specialist),
        "resource": shown_named(booking.resource),
        "services": [{"name": line.name, "quantity": line.quantity} for line in booking.lines.all()],
    }


def _month(first: date) -> str:
    return f"{first:%Y-%m}"


def _amount(minor: int, currency: str) -> str:
    """As `Money` writes it. The sum of many bookings may be more than one amount may be."""
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"
