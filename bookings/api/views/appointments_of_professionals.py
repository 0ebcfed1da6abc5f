"""The appointments API for services: professionals, and what they do."""

from datetime import date
from typing import Any, ClassVar, cast
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.service_views import ServiceView, known_person, service_of
from bookings.api.serializers.appointments import (
    AppointmentCancelInput,
    AppointmentConfirmInput,
    AppointmentSerializer,
    AppointmentsQuery,
    DayQuery,
    ProfessionalHoursSerializer,
    ProfessionalSerializer,
    SignedInProfessionalSerializer,
    SignInInput,
    UnavailableInput,
    UnavailableSerializer,
    shown_appointment,
    shown_hour,
    shown_sign_in,
    shown_unavailable,
)
from bookings.api.serializers.input import MonthQuery
from bookings.api.views.appointments import READS, WRITES, AppointmentsListView, booking_among, read
from bookings.api.views.booked_dates import BookedDatesSerializer, shown_dates
from bookings.enums import Role
from bookings.models import Booking
from bookings.selectors.appointments import hours_of, of_professional, professional_with_id, professionals
from bookings.services.appointments import sign_in_professional
from bookings.services.cancelling import cancel_booking
from bookings.services.deciding import confirm_booking
from bookings.transitions import Actor
from catalog.api.queries import valid_query
from catalog.models import Specialist
from catalog.selectors.offered import visible_specialist
from catalog.services.time_off import take_time_off
from common.api.idempotency import idempotent
from common.api.rate_scopes import LOGIN
from common.api.viewsets import ListMixin, ResourceViewSet
from common.errors import NotFound
from common.rate_limits import forget


def known_professional(request: Request, pk: UUID) -> Specialist:
    """One for whom the service acts: who signed in through it, or with the scope act_for anybody."""
    professional = professional_with_id(pk)
    known_person(request, None if professional is None else professional.user_id)
    return cast("Specialist", professional)


def listed_professional(pk: UUID) -> Specialist:
    """One whom everybody may book, so that no service learns of others by their ids."""
    professional = visible_specialist(pk, AnonymousUser())
    if professional is None:
        raise NotFound
    return professional


def as_professional(professional: Specialist) -> Actor:
    return Actor(Role.SPECIALIST, professional.user)


@extend_schema_view(list=extend_schema(operation_id="professionals", summary="Professionals who can be booked"))
class ProfessionalsView(ListMixin, ServiceView, ResourceViewSet):
    model = Specialist
    serializer_class = ProfessionalSerializer
    list_name = "professionals"
    rules: ClassVar = {"list": READS}

    def get_queryset(self) -> QuerySet[Specialist]:
        if getattr(self, "swagger_fake_view", False):
            return Specialist.objects.none()
        return professionals(service_of(self.request).service)


class ProfessionalSignInView(ServiceView):
    rules: ClassVar = {"post": WRITES}
    rate_scopes: ClassVar = {"post": (LOGIN,)}

    @extend_schema(
        operation_id="professional_sign_in",
        summary="Sign a professional in to the service",
        description=(
            "From now on the service acts for the professional, until they change their password or sign out of "
            "everything. chat_id is kept for this service; it links no Telegram account."
        ),
        request=SignInInput,
        responses=SignedInProfessionalSerializer,
    )
    def post(self, request: Request) -> Response:
        asked = read(SignInInput, request)
        service = service_of(request).service
        professional, known = sign_in_professional(
            service, asked["username"], asked["password"], chat_id=asked["chat_id"]
        )
        # Who is in did not guess: the misses before count no more.
        attempts = LOGIN.limit_for(request)
        if attempts is not None:
            forget(attempts)
        return Response(shown_sign_in(professional, known))


@extend_schema_view(
    list=extend_schema(
        operation_id="professional_appointments",
        summary="Appointments of a professional",
        parameters=[AppointmentsQuery],
    )
)
class ProfessionalAppointmentsView(AppointmentsListView):
    def get_queryset(self) -> QuerySet[Booking]:
        if getattr(self, "swagger_fake_view", False):
            return Booking.objects.none()
        professional = known_professional(self.request, self.kwargs["id"])
        return self.narrowed(of_professional(professional), professional.calendar.timezone)


class ProfessionalConfirmView(ServiceView):
    rules: ClassVar = {"patch": WRITES}

    @extend_schema(
        operation_id="professional_appointment_confirm",
        summary="Confirm an appointment as its professional",
        request=AppointmentConfirmInput,
        responses=AppointmentSerializer,
    )
    @idempotent(required=False)
    def patch(self, request: Request, id: UUID, appointment_id: UUID) -> Response:  # noqa: A002 - the path's word
        professional = known_professional(request, id)
        booking = booking_among(of_professional(professional), appointment_id)
        read(AppointmentConfirmInput, request)
        confirm_booking(booking, actor=as_professional(professional))
        return Response(shown_appointment(booking_among(of_professional(professional), booking.pk)))


class ProfessionalCancelView(ServiceView):
    rules: ClassVar = {"patch": WRITES}

    @extend_schema(
        operation_id="professional_appointment_cancel",
        summary="Cancel an appointment as its professional",
        request=AppointmentCancelInput,
        responses=AppointmentSerializer,
    )
    @idempotent(required=False)
    def patch(self, request: Request, id: UUID, appointment_id: UUID) -> Response:  # noqa: A002 - the path's word
        professional = known_professional(request, id)
        booking = booking_among(of_professional(professional), appointment_id)
        asked = read(AppointmentCancelInput, request)
        cancel_booking(booking, actor=as_professional(professional), reason=asked["cancellation_reason"])
        return Response(shown_appointment(booking_among(of_professional(professional), booking.pk)))


class UnavailableView(ServiceView):
    rules: ClassVar = {"post": WRITES}

    @extend_schema(
        operation_id="professional_unavailable",
        summary="Take time off as a professional",
        description="409 with the clashing times where something is booked.",
        request=UnavailableInput,
        responses={201: UnavailableSerializer},
    )
    @idempotent(required=False)
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        professional = known_professional(request, id)
        asked = read(UnavailableInput, request)
        off = take_time_off(professional.calendar, asked["time"], reason=asked["description"], actor=professional.user)
        headers = {"Location": f"/api/v1/specialists/availability/block/{off.pk}"}
        return Response(shown_unavailable(off), status=201, headers=headers)


class ProfessionalHoursView(ServiceView):
    rules: ClassVar = {"get": READS}

    @extend_schema(
        operation_id="professional_hours",
        summary="The hours of a professional's day",
        description="Each hour from 05:00 to 23:00 by the professional's clock, whether it can be booked or not.",
        parameters=[DayQuery],
        responses=ProfessionalHoursSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        professional = listed_professional(id)
        day: date = valid_query(request, DayQuery)["date"]
        calendar = professional.calendar
        shown: dict[str, Any] = {
            "date": day,
            "professional_id": professional.pk,
            "timezone": calendar.timezone,
            "slots": [shown_hour(cell) for cell in hours_of(calendar, day)],
        }
        return Response(shown)


class ProfessionalDatesView(ServiceView):
    rules: ClassVar = {"get": READS}

    @extend_schema(
        operation_id="professional_dates",
        summary="The days of a month on which a professional has something booked",
        parameters=[MonthQuery],
        responses=BookedDatesSerializer,
    )
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return Response(shown_dates(request, listed_professional(id)))
