"""Signed-in devices."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import caller_of, session_of
from accounts.api.serializers import SessionSerializer
from accounts.enums import Ending
from accounts.models import Session
from common.api.envelope import Message
from common.api.viewsets import DestroyMixin, ListMixin, ResourceViewSet
from common.rules import signed_in


class SessionViewSet(ListMixin, DestroyMixin, ResourceViewSet):
    model = Session
    serializer_class = SessionSerializer
    list_name = "sessions"
    rules: ClassVar = {"list": signed_in, "destroy": signed_in, "end_others": signed_in}

    @extend_schema(
        operation_id="auth_sessions_end_others", summary="Sign out all other devices", responses={200: Message}
    )
    def end_others(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        ended = services.end_sessions(caller_of(request), why=Ending.ENDED_BY_OWNER, keep=session_of(request))
        return Response(
            Message(f"{ended} other devices were signed out." if ended else "No other device is signed in.")
        )

    def perform_destroy(self, instance: Session) -> str:
        services.end_session(instance, why=Ending.ENDED_BY_OWNER)
        return "The device is signed out."
