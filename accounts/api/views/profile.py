"""One's own profile."""

from typing import ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import caller_of, session_of
from accounts.api.serializers import ChangeProfileSerializer, PersonProfileSerializer
from accounts.selectors import profile_of
from common.api.envelope import Message
from common.api.views import ApiView
from common.personal_data import export_person
from common.rules import signed_in


class ProfileView(ApiView):
    rules: ClassVar = {"get": signed_in, "put": signed_in, "patch": signed_in, "delete": signed_in}

    @extend_schema(operation_id="users_profile", summary="My profile", responses=PersonProfileSerializer)
    def get(self, request: Request) -> Response:
        return Response(PersonProfileSerializer(profile_of(caller_of(request))).data)

    @extend_schema(summary="Change my profile", request=ChangeProfileSerializer, responses=PersonProfileSerializer)
    def put(self, request: Request) -> Response:
        return self._changed(request)

    @extend_schema(summary="Change my profile", request=ChangeProfileSerializer, responses=PersonProfileSerializer)
    def patch(self, request: Request) -> Response:
        return self._changed(request)

    @extend_schema(operation_id="users_profile_erase", summary="Erase my account", responses={200: Message})
    def delete(self, request: Request) -> Response:
        """Signs out everywhere and erases what is held of me. Refused while something still needs me."""
        services.erase_account(caller_of(request), session_id=session_of(request))
        return Response(Message("Your account and your data were erased."))

    def _changed(self, request: Request) -> Response:
        serializer = ChangeProfileSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = services.change_profile(caller_of(request), session_id=session_of(request), **serializer.changes())
        return Response(PersonProfileSerializer(profile_of(user)).data)


class ExportView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(operation_id="users_export", summary="Everything held of me", responses=OpenApiTypes.OBJECT)
    def get(self, request: Request) -> Response:
        return Response(export_person(caller_of(request)))
