"""A specialist's own profile, services and hours."""

from typing import Any, ClassVar, cast

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from catalog.api.serializers.own import (
    HoursInput,
    OwnHoursSerializer,
    OwnServiceSerializer,
    ProfileInput,
    ProfileSerializer,
    ServiceInput,
    currency_asked,
)
from catalog.models import Calendar, Service, Specialist
from catalog.selectors.availability import claims_outside_hours
from catalog.selectors.listings import hours_of
from catalog.selectors.profiles import facts_of
from catalog.services.hours import set_hours
from catalog.services.offers import change_service, create_service, remove_service
from catalog.services.specialists import change_profile, own_specialist
from common.api.views import ApiView
from common.api.viewsets import CreateMixin, DestroyMixin, ListMixin, ResourceViewSet, UpdateMixin
from common.api.wire import utc_text
from common.rules import signed_in


class ProfileView(ApiView):
    rules: ClassVar = {"get": signed_in, "put": signed_in, "patch": signed_in}

    @extend_schema(operation_id="own_specialist", summary="My profile as a specialist", responses=ProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(_shown_profile(own_specialist(_user(request))))

    @extend_schema(
        operation_id="own_specialist_replace",
        summary="Change my profile as a specialist",
        request=ProfileInput,
        responses=ProfileSerializer,
    )
    def put(self, request: Request) -> Response:
        return self._change(request)

    @extend_schema(
        operation_id="own_specialist_change",
        summary="Change some of my profile as a specialist",
        request=ProfileInput,
        responses=ProfileSerializer,
    )
    def patch(self, request: Request) -> Response:
        return self._change(request)

    def _change(self, request: Request) -> Response:
        specialist = own_specialist(_user(request))
        context = {"request": request, "currency": currency_asked(request.data, specialist.currency)}
        serializer = ProfileInput(data=request.data, context=context)
        serializer.is_valid(raise_exception=True)
        asked = serializer.validated_data
        specialist = change_profile(specialist, asked["changes"], hours=asked["hours"], actor=_user(request))
        return Response(_shown_profile(specialist))


class WorkingHoursView(ApiView):
    rules: ClassVar = {"get": signed_in, "put": signed_in}

    @extend_schema(operation_id="own_hours", summary="My working hours", responses=OwnHoursSerializer)
    def get(self, request: Request) -> Response:
        return Response(_shown_hours(own_specialist(_user(request)).calendar))

    @extend_schema(
        operation_id="own_hours_replace",
        summary="Set my working hours",
        description="What is booked outside of the new hours stays booked, and is listed in the answer.",
        request=HoursInput,
        responses=OwnHoursSerializer,
    )
    def put(self, request: Request) -> Response:
        calendar = own_specialist(_user(request)).calendar
        serializer = HoursInput(data=request.data)
        serializer.is_valid(raise_exception=True)
        set_hours(calendar, actor=_user(request), **serializer.validated_data)
        return Response(_shown_hours(calendar))


@extend_schema_view(
    list=extend_schema(operation_id="own_services", summary="My services"),
    create=extend_schema(operation_id="own_service_create", summary="Offer a service"),
    update=extend_schema(operation_id="own_service_replace", summary="Change a service of mine"),
    partial_update=extend_schema(operation_id="own_service_change", summary="Change some of a service of mine"),
    destroy=extend_schema(operation_id="own_service_remove", summary="No longer offer a service"),
)
class OwnServiceViewSet(ListMixin, CreateMixin, UpdateMixin, DestroyMixin, ResourceViewSet):
    model = Service
    serializer_class = OwnServiceSerializer
    input_serializers: ClassVar = {"create": ServiceInput, "update": ServiceInput, "partial_update": ServiceInput}
    list_name = "services"
    rules: ClassVar = {
        "list": signed_in,
        "create": signed_in,
        "update": signed_in,
        "partial_update": signed_in,
        "destroy": signed_in,
    }

    def get_queryset(self) -> Any:
        own = super().get_queryset().filter(owner__user=self.request.user.pk, archived_at=None)
        return own.select_related("category", "tier").order_by("position", "-pk")

    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        owner = own_specialist(_user(request))
        facts = self._read(owner.currency)
        created = create_service(owner, {"currency": owner.currency, **facts}, actor=owner.user)
        return Response(self.shown(created), status=201, headers={"Location": f"{request.path}/{created.pk}"})

    def _changed(self, *, partial: bool) -> Response:
        service = self.get_object()
        changes = self._read(service.currency, partial=partial)
        return Response(self.shown(change_service(service, changes, actor=_user(self.request))))

    def perform_destroy(self, instance: Service) -> str:
        is_gone = remove_service(instance, actor=_user(self.request))
        return "It was deleted." if is_gone else "It was booked before, so it was archived."

    def _read(self, currency: str, *, partial: bool = False) -> dict[str, Any]:
        data = self.request.data
        context = {**self.get_serializer_context(), "currency": currency_asked(data, currency)}
        serializer = ServiceInput(data=data, partial=partial, context=context)
        serializer.is_valid(raise_exception=True)
        facts: dict[str, Any] = serializer.validated_data
        return facts


def _user(request: Request) -> User:
    return cast("User", request.user)


def _shown_profile(specialist: Specialist) -> dict[str, Any]:
    for name, fact in facts_of(specialist).items():
        setattr(specialist, name, fact)
    shown: dict[str, Any] = ProfileSerializer(specialist).data
    return shown


def _shown_hours(calendar: Calendar) -> dict[str, Any]:
    outside = claims_outside_hours(calendar)
    warning = f"{len(outside)} bookings lie outside of these hours. They stay booked." if outside else None
    times = [{"start_time": utc_text(each.start), "end_time": utc_text(each.end)} for each in outside]
    return {**hours_of(calendar), "warning": warning, "outside_hours": times}
