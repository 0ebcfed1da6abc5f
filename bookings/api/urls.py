from django.urls import URLPattern, URLResolver, path

from bookings.api.views.actions import (
    CancelView,
    CompleteView,
    ConfirmView,
    NoShowView,
    RescheduleView,
    StartView,
)
from bookings.api.views.appointments import (
    AppointmentsView,
    ClientAppointmentsView,
    ClientCancelView,
    RegisterClientView,
)
from bookings.api.views.appointments_of_professionals import (
    ProfessionalAppointmentsView,
    ProfessionalCancelView,
    ProfessionalConfirmView,
    ProfessionalDatesView,
    ProfessionalHoursView,
    ProfessionalSignInView,
    ProfessionalsView,
    UnavailableView,
)
from bookings.api.views.booked_dates import BookedDatesView
from bookings.api.views.bookings import BookingViewSet
from bookings.api.views.calendars import BookingFileView, FeedView, OwnFeedView
from bookings.api.views.cash_and_tips import CashView, TipView
from bookings.api.views.checkout import ConfirmCheckoutView, PrepareView
from bookings.api.views.dashboards import DashboardView, PlatformMetricsView, SpecialistDashboardView
from bookings.api.views.paying import DepositView, FullPaymentView, RefundView, VerifyView
from bookings.api.views.reviews import RateView, ReviewViewSet
from bookings.api.views.series import ExceptionsView, OccurrencesView, RecurringBookingsView, SeriesView

reviews = ReviewViewSet.as_view({"get": "list", "post": "create"})
review = ReviewViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"})

bookings = BookingViewSet.as_view({"get": "list", "post": "create"})
booking = BookingViewSet.as_view({"get": "retrieve", "put": "update", "patch": "partial_update", "delete": "destroy"})

# For services: docs/appointments-api.md.
APPOINTMENT = "appointments/<uuid:appointment_id>"
appointments: list[URLPattern | URLResolver] = [
    path("clients/register", RegisterClientView.as_view(), name="client-register"),
    path("clients/<uuid:id>/appointments", ClientAppointmentsView.as_view({"get": "list"}), name="client-appointments"),
    path(f"clients/<uuid:id>/{APPOINTMENT}/cancel", ClientCancelView.as_view(), name="client-cancel"),
    path("professionals", ProfessionalsView.as_view({"get": "list"}), name="professionals"),
    path("professionals/sign_in", ProfessionalSignInView.as_view(), name="professional-sign-in"),
    path(
        "professionals/<uuid:id>/appointments",
        ProfessionalAppointmentsView.as_view({"get": "list"}),
        name="professional-appointments",
    ),
    path("professionals/<uuid:id>/appointments/dates", ProfessionalDatesView.as_view(), name="professional-dates"),
    path(
        f"professionals/<uuid:id>/{APPOINTMENT}/confirm", ProfessionalConfirmView.as_view(), name="professional-confirm"
    ),
    path(f"professionals/<uuid:id>/{APPOINTMENT}/cancel", ProfessionalCancelView.as_view(), name="professional-cancel"),
    path(
        "professionals/<uuid:id>/unavailable_appointments",
        UnavailableView.as_view(),
        name="professional-unavailable",
    ),
    path("professionals/<uuid:id>/availability", ProfessionalHoursView.as_view(), name="professional-hours"),
    path("appointments", AppointmentsView.as_view(), name="appointments"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *appointments,
    path("dashboard", DashboardView.as_view(), name="dashboard"),
    path("analytics/specialist/dashboard", SpecialistDashboardView.as_view(), name="specialist-dashboard"),
    path("analytics/platform/metrics", PlatformMetricsView.as_view(), name="platform-metrics"),
    path("bookings/recurring", RecurringBookingsView.as_view(), name="booking-series-create"),
    path("bookings/series/<uuid:id>", SeriesView.as_view(), name="booking-series"),
    path("bookings/<uuid:id>/exceptions", ExceptionsView.as_view(), name="booking-exceptions"),
    path("bookings/<uuid:id>/occurrences", OccurrencesView.as_view(), name="booking-occurrences"),
    path("bookings", bookings, name="bookings"),
    path("bookings/<uuid:pk>", booking, name="booking"),
    path("bookings/<uuid:id>/confirm", ConfirmView.as_view(), name="booking-confirm"),
    path("bookings/<uuid:id>/start", StartView.as_view(), name="booking-start"),
    path("bookings/<uuid:id>/complete", CompleteView.as_view(), name="booking-complete"),
    path("bookings/<uuid:id>/no-show", NoShowView.as_view(), name="booking-no-show"),
    path("bookings/<uuid:id>/cancel", CancelView.as_view(), name="booking-cancel"),
    path("bookings/<uuid:id>/reschedule", RescheduleView.as_view(), name="booking-reschedule"),
    path("specialists/<uuid:id>/booked-dates", BookedDatesView.as_view(), name="booked-dates"),
    path("bookings/<uuid:id>/calendar.ics", BookingFileView.as_view(), name="booking-file"),
    path("bookings/<uuid:id>/rate", RateView.as_view(), name="booking-rate"),
    path("calendars/<slug:token>.ics", FeedView.as_view(), name="calendar-feed-file"),
    path("checkout/prepare", PrepareView.as_view(), name="checkout-prepare"),
    path("checkout/confirm", ConfirmCheckoutView.as_view(), name="checkout-confirm"),
    path("payments/process-deposit", DepositView.as_view(), name="payment-deposit"),
    path("payments/process-full-payment", FullPaymentView.as_view(), name="payment-full"),
    path("payments/cash", CashView.as_view(), name="payment-cash"),
    path("payments/tip", TipView.as_view(), name="payment-tip"),
    path("payments/verify", VerifyView.as_view(), name="payment-verify"),
    path("payments/refund", RefundView.as_view(), name="payment-refund"),
    path("reviews", reviews, name="reviews"),
    path("reviews/<uuid:pk>", review, name="review"),
    path("reviews/<uuid:pk>/reply", ReviewViewSet.as_view({"put": "reply"}), name="review-reply"),
    path("users/calendar-feed", OwnFeedView.as_view(), name="calendar-feed"),
]
