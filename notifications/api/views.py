"""The inbox, the switches, the devices and the contact form."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.envelope import Message
from common.api.rate_scopes import CONTACT
from common.api.views import ApiView
from common.api.viewsets import DestroyMixin, ListMixin, ResourceViewSet
from common.rules import anyone, signed_in
from notifications.api.filters import NotificationFilterSet
from notifications.api.serializers import (
    ContactSerializer,
    DeviceSerializer,
    NewDeviceSerializer,
    NothingSerializer,
    NotificationSerializer,
    PreferencesSerializer,
    ReadingSerializer,
    TokenSerializer,
)
from notifications.models import Device, Notification
from notifications.selectors import preference_grid
from notifications.services import (
    forget_device,
    mark_all_read,
    mark_read,
    register_device,
    set_preferences,
    submit_contact,
)


class NotificationViewSet(ListMixin, ResourceViewSet):
    model = Notification
    serializer_class = NotificationSerializer
    filterset_class = NotificationFilterSet
    list_name = "notifications"
    rules: ClassVar = {"list": signed_in, "read": signed_in, "mark_all_read": signed_in}
    input_serializers: ClassVar = {"read": NothingSerializer, "mark_all_read": NothingSerializer}

    def list_extras(self, queryset: QuerySet[Any]) -> dict[str, Any]:
        """The number on the bell, whatever the list is narrowed to."""
        return {"unread_count": Notification.objects.visible_to(self.request.user).unread().count()}

    @extend_schema(summary="Mark one as read", request=None, responses=NotificationSerializer)
    @action(detail=True, methods=["put"])
    def read(self, request: Request, pk: UUID) -> Response:
        entry = self.get_object()
        self.valid_input()
        return Response(self.shown(mark_read(entry)))

    @extend_schema(summary="Mark all as read", request=None, responses=ReadingSerializer)
    @action(detail=False, methods=["put"], url_path="mark-all-read", filterset_class=None, pagination_class=None)
    def mark_all_read(self, request: Request) -> Response:
        self.valid_input()
        return Response({"marked": mark_all_read(request.user), "unread_count": 0})


class PreferencesView(ApiView):
    rules: ClassVar = {"get": signed_in, "post": signed_in}

    @extend_schema(summary="My switches, channel by topic", responses=PreferencesSerializer)
    def get(self, request: Request) -> Response:
        return Response(preference_grid(request.user))

    @extend_schema(summary="Turn some switches", request=PreferencesSerializer, responses={200: PreferencesSerializer})
    def post(self, request: Request) -> Response:
        serializer = PreferencesSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response(set_preferences(request.user, serializer.changes()))


class DevicesView(ApiView):
    rules: ClassVar = {"post": signed_in, "delete": signed_in}

    @extend_schema(summary="Take push messages here", request=NewDeviceSerializer, responses={201: DeviceSerializer})
    def post(self, request: Request) -> Response:
        serializer = NewDeviceSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        device = register_device(request.user, **serializer.validated_data)
        location = f"{request.path}/{device.pk}"
        return Response(DeviceSerializer(device).data, status=201, headers={"Location": location})

    @extend_schema(
        operation_id="notifications_devices_forget",
        summary="No push messages here any more, by token",
        request=TokenSerializer,
        responses={200: Message},
    )
    def delete(self, request: Request) -> Response:
        serializer = TokenSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        forget_device(request.user, **serializer.validated_data)
        return Response(Message("This device gets no push messages any more."))


class DeviceViewSet(DestroyMixin, ResourceViewSet):
    model = Device
    serializer_class = DeviceSerializer
    rules: ClassVar = {"destroy": signed_in}

    def perform_destroy(self, instance: Device) -> str:
        forget_device(self.request.user, token=instance.token)
        return "This device gets no push messages any more."


class ContactView(ApiView):
    rules: ClassVar = {"post": anyone}
    rate_scopes: ClassVar = {"post": (CONTACT,)}

    @extend_schema(summary="Write to us", request=ContactSerializer, responses={200: Message})
    def post(self, request: Request) -> Response:
        serializer = ContactSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sender = request.user if request.user.is_authenticated else None
        submit_contact(**serializer.validated_data, sender=sender)
        return Response(Message("Thank you for contacting us. We'll get back to you soon."))
