"""Who am I."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.serializers import MeSerializer
from common.api.serializers import represented
from common.api.views import ApiView
from common.rules import signed_in


class MeView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(operation_id="auth_me", summary="Who am I", responses=MeSerializer)
    def get(self, request: Request) -> Response:
        """The signed-in user. Authentication has read the row already, so nothing else is asked of the database."""
        return Response(represented(MeSerializer, request.user))
