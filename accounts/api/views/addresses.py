"""One's own addresses."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import caller_of
from accounts.api.serializers import AddressSerializer
from accounts.models import Address
from common.api.envelope import Message
from common.api.viewsets import WriteViewSet
from common.rules import signed_in


class AddressViewSet(WriteViewSet):
    model = Address
    serializer_class = AddressSerializer
    list_name = "addresses"
    rules: ClassVar = dict.fromkeys(
        ["list", "retrieve", "create", "update", "partial_update", "destroy", "set_default"], signed_in
    )

    @extend_schema(summary="Make it the default", request=None, responses={200: Message})
    def set_default(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        services.set_default_address(self.get_object())
        return Response(Message("Default address updated"))

    def perform_create(self, serializer: Any) -> Address:
        return services.add_address(caller_of(self.request), **serializer.validated_data)

    def perform_update(self, serializer: Any) -> Address:
        return services.change_address(serializer.instance, **serializer.validated_data)

    def perform_destroy(self, instance: Address) -> str:
        services.delete_address(instance)
        return "Address deleted successfully"
