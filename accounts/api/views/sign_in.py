"""Coming in: by registering, with a password, with Telegram, with a refresh token; and going out."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import device_of, session_of
from accounts.api.serializers import (
    LoginSerializer,
    LogoutSerializer,
    RefreshSerializer,
    RegisterSerializer,
    SignedInOrNewSerializer,
    SignedInSerializer,
    TelegramSerializer,
    TokensSerializer,
)
from accounts.api.serializers.sign_in import WIDGET_FIELDS
from accounts.enums import Ending, UserType
from accounts.models import Session
from accounts.services import NewPerson
from common.api.envelope import Message
from common.api.rate_scopes import LOGIN, REGISTRATION
from common.api.views import ApiView
from common.rate_limits import forget
from common.rules import anyone, signed_in


def read(kind: Any, request: Request) -> dict[str, Any]:
    """The request's body as the serializer reads it."""
    serializer = kind(data=request.data)
    serializer.is_valid(raise_exception=True)
    sent: dict[str, Any] = serializer.validated_data
    return sent


class RegisterView(ApiView):
    rules: ClassVar = {"post": anyone}
    rate_scopes: ClassVar = {"post": (REGISTRATION,)}

    @extend_schema(
        operation_id="auth_register",
        summary="Register",
        request=RegisterSerializer,
        responses={201: SignedInSerializer},
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Makes an account and signs it in. The phone number is a claim until a code has proven it."""
        sent = read(RegisterSerializer, request)
        person = NewPerson(
            email=sent["email"],
            password=sent["password"],
            first_name=sent["first_name"],
            last_name=sent["last_name"],
            phone_number=sent["phone_number"],
            user_type=UserType(sent["user_type"]),
        )
        registered = services.register(person, device=device_of(request, sent["platform"]))
        return Response(SignedInSerializer(registered).data, status=201, headers={"Location": "/api/v1/auth/me"})


class LoginView(ApiView):
    rules: ClassVar = {"post": anyone}
    rate_scopes: ClassVar = {"post": (LOGIN,)}

    @extend_schema(
        operation_id="auth_login",
        summary="Sign in with a password",
        request=LoginSerializer,
        responses=SignedInSerializer,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """An unknown account is refused in the same words and time as a wrong password."""
        sent = read(LoginSerializer, request)
        device = device_of(request, sent["platform"])
        answer = services.sign_in_with_password(
            sent["email"], sent["password"], device=device, second_factor=sent["otp_code"]
        )
        # Who is in did not guess: the misses before count no more.
        attempts = LOGIN.limit_for(request)
        if attempts is not None:
            forget(attempts)
        return Response(SignedInSerializer(answer).data)


class TelegramView(ApiView):
    rules: ClassVar = {"post": anyone}

    @extend_schema(
        operation_id="auth_telegram",
        summary="Sign in with Telegram",
        request=TelegramSerializer,
        responses=SignedInOrNewSerializer,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        """Takes the login widget's fields or a Mini App's `init_data`, each once. Who is new gets an account."""
        sent = read(TelegramSerializer, request)
        device = device_of(request, sent["platform"])
        if "init_data" in sent:
            answer = services.sign_in_with_app(sent["init_data"], device=device)
        else:
            fields = {name: sent[name] for name in WIDGET_FIELDS if name in sent}
            fields |= {"id": sent["telegram_id"]} if "telegram_id" in sent else {}
            answer = services.sign_in_with_widget(fields, device=device)
        return Response(SignedInOrNewSerializer(answer).data)


class RefreshView(ApiView):
    rules: ClassVar = {"post": anyone}
    # An access token that has just expired is what clients send along here; it must not get in the way.
    authentication_classes = ()

    @extend_schema(summary="Refresh the tokens", request=RefreshSerializer, responses=TokensSerializer, auth=[])
    def post(self, request: Request) -> Response:
        """Each refresh token is good once. One that comes back later than 10 seconds ends the session."""
        sent = read(RefreshSerializer, request)
        tokens = services.refresh_tokens(sent["refresh_token"], device=device_of(request))
        return Response(TokensSerializer(tokens).data)


class LogoutView(ApiView):
    rules: ClassVar = {"post": signed_in}

    @extend_schema(operation_id="auth_logout", summary="Sign out", request=LogoutSerializer, responses={200: Message})
    def post(self, request: Request) -> Response:
        """Ends this device's session: its access and refresh tokens are refused from now on."""
        read(LogoutSerializer, request)
        session = Session.objects.visible_to(request.user).filter(pk=session_of(request)).first()
        if session is not None:
            services.end_session(session, why=Ending.SIGNED_OUT)
        return Response(Message("You are signed out."))
