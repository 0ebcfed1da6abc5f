"""What is done to one booking: each is a POST, and answers the booking as it is then."""

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from bookings.api.answers import answered, found, unchanged_since_read
from bookings.api.serializers.booking import BookingAnswerSerializer
from bookings.api.serializers.input import CancelInput, CompleteInput, ConfirmInput, ReasonInput, RescheduleInput
from bookings.models import Booking
from bookings.services.actors import actor_on
from bookings.services.cancelling import cancel_booking
from bookings.services.closing import complete_booking, mark_no_show
from bookings.services.deciding import confirm_booking, start_booking
from bookings.services.rescheduling import reschedule_booking
from bookings.services.times import start_of
from bookings.transitions import Actor
from common.api.serializers import StrictSerializer, validated
from common.api.views import ApiView
from common.rules import signed_in

Step = Callable[[Booking, Actor, dict[str, Any]], Booking]


class StepView(ApiView):
    rules: ClassVar = {"post": signed_in}

    def taken(self, request: Request, pk: UUID, reader: type[StrictSerializer], step: Step) -> Response:
        """Whoever may not see the booking is told there is none, whoever may only look on is refused."""
        booking = found(pk, request.user)
        actor = actor_on(booking, caller_of(request))
        asked = validated(reader, request.data)
        with unchanged_since_read(request, booking):
            booking = step(booking, actor, asked)
        return answered(booking, request.user)


class ConfirmView(StepView):
    @extend_schema(
        operation_id="booking_confirm",
        summary="Confirm a booking",
        request=ConfirmInput,
        responses=BookingAnswerSerializer,
    )
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.taken(
            request, id, ConfirmInput, lambda booking, actor, asked: confirm_booking(booking, actor=actor, **asked)
        )


class StartView(StepView):
    @extend_schema(
        operation_id="booking_start", summary="Begin with it", request=ReasonInput, responses=BookingAnswerSerializer
    )
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.taken(
            request, id, ReasonInput, lambda booking, actor, asked: start_booking(booking, actor=actor, **asked)
        )


class CompleteView(StepView):
    @extend_schema(
        operation_id="booking_complete",
        summary="It has been done",
        request=CompleteInput,
        responses=BookingAnswerSerializer,
    )
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.taken(
            request, id, CompleteInput, lambda booking, actor, asked: complete_booking(booking, actor=actor, **asked)
        )


class NoShowView(StepView):
    @extend_schema(
        operation_id="booking_no_show",
        summary="The customer did not come",
        request=ReasonInput,
        responses=BookingAnswerSerializer,
    )
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.taken(
            request, id, ReasonInput, lambda booking, actor, asked: mark_no_show(booking, actor=actor, **asked)
        )


class CancelView(StepView):
    @extend_schema(
        operation_id="booking_cancel",
        summary="Cancel a booking",
        request=CancelInput,
        responses=BookingAnswerSerializer,
    )
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.taken(request, id, CancelInput, _cancelled)


class RescheduleView(StepView):
    @extend_schema(
        operation_id="booking_reschedule",
        summary="Move a booking to another time",
        description="The price stays. If the new time is taken the booking stays where it is.",
        request=RescheduleInput,
        responses=BookingAnswerSerializer,
    )
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        return self.taken(request, id, RescheduleInput, _rescheduled)


def _cancelled(booking: Booking, actor: Actor, asked: dict[str, Any]) -> Booking:
    return cancel_booking(booking, actor=actor, reason=asked["reason"], tell_attendees=asked["notify_attendees"])


def _rescheduled(booking: Booking, actor: Actor, asked: dict[str, Any]) -> Booking:
    start = asked["start_time"] or start_of(asked["booking_date"], asked["booking_time"], booking.zone)
    return reschedule_booking(booking, starts_at=start, ends_at=asked["end_time"], actor=actor, reason=asked["reason"])
