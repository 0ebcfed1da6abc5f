"""The appointments API for services: clients, and booking for them. docs/appointments-api.md tells whose they see."""

from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.service_views import ServiceView, known_person, service_of
from accounts.enums import ServiceScope
from accounts.rules import service_with_scope
from accounts.services import NewClient, register_client
from bookings.api.serializers.appointments import (
    AppointmentCancelInput,
    AppointmentInput,
    AppointmentSerializer,
    AppointmentsQuery,
    ClientSerializer,
    NewClientInput,
    shown_appointment,
    shown_client,
)
from bookings.models import Booking
from bookings.selectors.appointments import of_client, on_day, still_to_come
from bookings.services.actors import customer
from bookings.services.appointments import book_for_client
from bookings.services.cancelling import cancel_booking
from catalog.api.queries import valid_query
from common.api.idempotency import idempotent
from common.api.pagination import PageNumberPagination
from common.api.rate_scopes import MINUTE, Scope, person
from common.api.serializers import StrictSerializer
from common.api.viewsets import ListMixin, ResourceViewSet
from common.errors import NotFound

READS = service_with_scope(ServiceScope.APPOINTMENTS_READ)
WRITES = service_with_scope(ServiceScope.APPOINTMENTS_WRITE)


def client_booked_for(request: Request) -> str | None:
    """Whom the body names: the same person books no oftener through services than by hand."""
    named = request.data.get("client_id", request.data.get("clientId")) if hasattr(request.data, "get") else None
    try:
        return str(UUID(named))
    except (TypeError, ValueError, AttributeError):
        return person(request)


CLIENT_BOOKING = Scope("booking", "bookings_per_minute", MINUTE, client_booked_for)


def read(kind: type[StrictSerializer], request: Request) -> dict[str, Any]:
    """The request's body as the serializer reads it."""
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    sent: dict[str, Any] = serializer.validated_data
    return sent


def booking_among(appointments: QuerySet[Booking], pk: UUID) -> Booking:
    booking = appointments.filter(pk=pk).first()
    if booking is None:
        raise NotFound
    return booking


class AppointmentsListView(ListMixin, ServiceView, ResourceViewSet):
    """Appointments of one person, the next one first."""

    model = Booking
    serializer_class = AppointmentSerializer
    list_name = "appointments"
    rules: ClassVar = {"list": READS}

    def narrowed(self, appointments: QuerySet[Booking], zone: str) -> QuerySet[Booking]:
        asked = valid_query(self.request, AppointmentsQuery, besides=PageNumberPagination.names)
        if "status" in asked:
            appointments = appointments.filter(status=asked["status"])
        if "date" not in asked:
            return still_to_come(appointments)
        return on_day(appointments, asked["date"], ZoneInfo(asked.get("timezone", zone)))

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The query was read where it is known whose days are meant."""
        return queryset


class RegisterClientView(ServiceView):
    rules: ClassVar = {"post": service_with_scope(ServiceScope.CLIENTS_REGISTER)}

    @extend_schema(
        operation_id="client_register",
        summary="Register a client",
        description=(
            "201 with a new account, or 200 with the one that this service registered before under this chat_id or "
            "phone_number. Other accounts are never found by them."
        ),
        request=NewClientInput,
        responses={200: ClientSerializer, 201: ClientSerializer},
    )
    @idempotent(required=False)
    def post(self, request: Request) -> Response:
        known, is_new = register_client(service_of(request).service, NewClient(**read(NewClientInput, request)))
        # Nothing is served under a client's own path but their appointments.
        headers = {"Location": f"/api/v1/clients/{known.user_id}/appointments"} if is_new else {}
        return Response(shown_client(known), status=201 if is_new else 200, headers=headers)


@extend_schema_view(
    list=extend_schema(
        operation_id="client_appointments", summary="Appointments of a client", parameters=[AppointmentsQuery]
    )
)
class ClientAppointmentsView(AppointmentsListView):
    def get_queryset(self) -> QuerySet[Booking]:
        if getattr(self, "swagger_fake_view", False):
            return Booking.objects.none()
        client = known_person(self.request, self.kwargs["id"])
        return self.narrowed(of_client(client), client.timezone)


class ClientCancelView(ServiceView):
    rules: ClassVar = {"patch": WRITES}

    @extend_schema(
        operation_id="client_appointment_cancel",
        summary="Cancel an appointment as its client",
        description="The cancellation policy decides, as when the client cancels.",
        request=AppointmentCancelInput,
        responses=AppointmentSerializer,
    )
    @idempotent(required=False)
    def patch(self, request: Request, id: UUID, appointment_id: UUID) -> Response:  # noqa: A002 - the path's word
        client = known_person(request, id)
        booking = booking_among(of_client(client), appointment_id)
        asked = read(AppointmentCancelInput, request)
        cancel_booking(booking, actor=customer(client), reason=asked["cancellation_reason"])
        return Response(shown_appointment(booking_among(of_client(client), booking.pk)))


class AppointmentsView(ServiceView):
    rules: ClassVar = {"post": WRITES}
    rate_scopes: ClassVar = {"post": (CLIENT_BOOKING,)}

    @extend_schema(
        operation_id="appointment_create",
        summary="Book an appointment for a client",
        request=AppointmentInput,
        responses={201: AppointmentSerializer},
    )
    @idempotent(required=False)
    def post(self, request: Request) -> Response:
        asked = read(AppointmentInput, request)
        client = known_person(request, asked["client_id"])
        booking = book_for_client(
            client=client,
            professional_id=asked["professional_id"],
            starts_at=asked["start_time"],
            ends_at=asked["end_time"],
            service_id=asked["service_id"],
            description=asked["description"],
            answers=asked.get("answers"),
        )
        headers = {"Location": f"/api/v1/clients/{client.pk}/appointments"}
        return Response(shown_appointment(booking), status=201, headers=headers)
