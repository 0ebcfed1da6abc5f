"""Codes to telephones."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import caller_of, device_of, network_of
from accounts.api.serializers import (
    CodeSentSerializer,
    SendOtpSerializer,
    SignedInWithCodeSerializer,
    VerifiedCodeSerializer,
    VerifyOtpSerializer,
)
from accounts.api.views.sign_in import read
from accounts.enums import Purpose
from common.api.views import ApiView
from common.errors import AuthenticationRequired
from common.rules import anyone


class SendOtpView(ApiView):
    rules: ClassVar = {"post": anyone}

    @extend_schema(
        operation_id="auth_send_otp",
        summary="Send a code to a phone",
        request=SendOtpSerializer,
        responses={202: CodeSentSerializer},
    )
    def post(self, request: Request) -> Response:
        """Answers the same for every number, whether or not somebody has an account with it."""
        sent = read(SendOtpSerializer, request)
        seconds = services.send_code(sent["phone_number"], Purpose(sent["purpose"]), network=network_of(request))
        return Response({"expires_in": seconds, "message": "A code is on its way."}, status=202)


class VerifyOtpView(ApiView):
    rules: ClassVar = {"post": anyone}

    @extend_schema(
        operation_id="auth_verify_otp",
        summary="Use the code",
        request=VerifyOtpSerializer,
        responses=VerifiedCodeSerializer,
    )
    def post(self, request: Request) -> Response:
        """Signs in and makes the account if there is none, lets a password be reset, or proves one's own phone."""
        sent = read(VerifyOtpSerializer, request)
        phone_number, code, purpose = sent["phone_number"], sent["otp_code"], Purpose(sent["purpose"])
        if purpose is Purpose.RESET_PASSWORD:
            return Response({"reset_token": services.exchange_code(phone_number, code)})
        if purpose is Purpose.VERIFY_PHONE:
            return Response(_proven(request, phone_number, code))
        answer = services.sign_in_with_code(phone_number, code, device=device_of(request, sent["platform"]))
        return Response(SignedInWithCodeSerializer(answer).data)


def _proven(request: Request, phone_number: str, code: str) -> dict[str, Any]:
    if not request.user.is_authenticated:
        raise AuthenticationRequired
    user = services.verify_phone(caller_of(request), phone_number, code)
    return {"phone_number": str(user.phone_number)}
