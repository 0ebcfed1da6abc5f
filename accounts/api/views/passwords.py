"""A new password: by link, by code, or knowing the present one."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import caller_of, session_of
from accounts.api.rate_scopes import LINK_IP, LINK_MAILBOX, PASSWORD_CHANGE
from accounts.api.serializers import ChangePasswordSerializer, ForgotPasswordSerializer, ResetPasswordSerializer
from accounts.api.views.sign_in import read
from common.api.envelope import Message
from common.api.views import ApiView
from common.rules import anyone, signed_in


class ForgotPasswordView(ApiView):
    rules: ClassVar = {"post": anyone}
    rate_scopes: ClassVar = {"post": (LINK_MAILBOX, LINK_IP)}

    @extend_schema(
        operation_id="auth_password_forgot",
        summary="Have a link mailed",
        request=ForgotPasswordSerializer,
        responses={202: Message},
    )
    def post(self, request: Request) -> Response:
        """Answers the same for every address, whether or not somebody has an account with it."""
        services.ask_for_link(read(ForgotPasswordSerializer, request)["email"])
        return Response(Message("If there is an account with this address, a link is on its way."), status=202)


class ResetPasswordView(ApiView):
    rules: ClassVar = {"post": anyone}

    @extend_schema(
        operation_id="auth_password_reset",
        summary="Set a new password with a link or code",
        request=ResetPasswordSerializer,
        responses={200: Message},
    )
    def post(self, request: Request) -> Response:
        """Takes the token of the mailed link, or of verify-otp, once. Every device is signed out."""
        sent = read(ResetPasswordSerializer, request)
        services.reset_password(sent["token"], sent["new_password"])
        return Response(Message("The password was changed. Sign in with it."))


class ChangePasswordView(ApiView):
    rules: ClassVar = {"post": signed_in}
    rate_scopes: ClassVar = {"post": (PASSWORD_CHANGE,)}

    @extend_schema(
        operation_id="auth_password_change",
        summary="Change the password",
        request=ChangePasswordSerializer,
        responses={200: Message},
    )
    def post(self, request: Request) -> Response:
        """All other devices are signed out."""
        sent = read(ChangePasswordSerializer, request)
        services.change_password(
            caller_of(request),
            sent["current_password"],
            sent["new_password"],
            session_id=session_of(request),
        )
        return Response(Message("The password was changed. Your other devices are signed out."))
