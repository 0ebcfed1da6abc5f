"""A specialist's own time off."""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from catalog.api.serializers.time_off import TimeOffInput, TimeOffSerializer
from catalog.models import Specialist, TimeOff
from catalog.services.time_off import end_time_off, take_time_off
from common.api.viewsets import CreateMixin, DestroyMixin, ListMixin, ResourceViewSet
from common.errors import NotFound
from common.rules import signed_in


@extend_schema_view(
    list=extend_schema(operation_id="time_off_list", summary="My time off"),
    create=extend_schema(operation_id="time_off_take", summary="Block a time"),
    destroy=extend_schema(operation_id="time_off_end", summary="Open a blocked time again"),
)
class TimeOffViewSet(ListMixin, CreateMixin, DestroyMixin, ResourceViewSet):
    model = TimeOff
    serializer_class = TimeOffSerializer
    input_serializers: ClassVar = {"create": TimeOffInput}
    list_name = "blocks"
    rules: ClassVar = {"list": signed_in, "create": signed_in, "destroy": signed_in}

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("calendar").order_by("-during", "-pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        specialist = Specialist.objects.filter(user=request.user.pk).select_related("calendar").first()
        if specialist is None:
            raise NotFound
        asked = self.valid_input().validated_data
        off = take_time_off(
            specialist.calendar, asked["time"], reason=asked["reason"], actor=cast("User", request.user)
        )
        return Response(self.shown(off), status=201, headers={"Location": f"{request.path}/{off.pk}"})

    def perform_destroy(self, instance: TimeOff) -> str:
        end_time_off(instance)
        return "This time is open again."
