"""A specialist's own time off."""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from catalog.api.queries import valid_query
from catalog.api.serializers.time_off import ScopeQuery, TakenTimeOffSerializer, TimeOffInput, TimeOffSerializer
from catalog.models import TimeOff
from catalog.services.specialists import own_specialist
from catalog.services.time_off import (
    end_rest_of_series,
    end_series,
    end_time_off,
    take_time_off,
    take_times_off,
)
from common.api.envelope import Message
from common.api.viewsets import ListMixin, ResourceViewSet
from common.rules import signed_in

ENDINGS = {"this": end_time_off, "this_and_following": end_rest_of_series, "all": end_series}


@extend_schema_view(
    list=extend_schema(operation_id="time_off_list", summary="My time off"),
    create=extend_schema(
        operation_id="time_off_take",
        summary="Block a time, once or by a rule",
        request=TimeOffInput,
        responses={201: TakenTimeOffSerializer},
    ),
    destroy=extend_schema(operation_id="time_off_end", summary="Open a blocked time again", parameters=[ScopeQuery]),
)
class TimeOffViewSet(ListMixin, ResourceViewSet):
    """One's own times off. What was taken by one rule is a series, of which `scope` ends one, the rest or all."""

    model = TimeOff
    serializer_class = TimeOffSerializer
    input_serializers: ClassVar = {"create": TimeOffInput}
    list_name = "blocks"
    rules: ClassVar = {"list": signed_in, "create": signed_in, "destroy": signed_in}

    def get_queryset(self) -> Any:
        return super().get_queryset().select_related("calendar").order_by("-during", "-pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        user = cast("User", request.user)
        calendar = own_specialist(user).calendar
        asked = self.valid_input().validated_data
        time, rule, reason = asked["time"], asked["rule"], asked["reason"]
        if rule is None:
            return self._taken(take_time_off(calendar, time, reason=reason, actor=user))
        offs = take_times_off(calendar, rule, time, reason=reason, actor=user)
        return self._taken(offs[0], blocks=[self.shown(off) for off in offs])

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        off = self.get_object()
        scope = valid_query(request, ScopeQuery)["scope"]
        ENDINGS[scope](off)
        return Response(Message("This time is open again."))

    def _taken(self, off: TimeOff, **more: Any) -> Response:
        location = f"{self.request.path}/{off.pk}"
        return Response({**self.shown(off), **more}, status=201, headers={"Location": location})
