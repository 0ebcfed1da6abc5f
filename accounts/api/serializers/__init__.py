"""How people and their sign-ins are sent and shown."""

from accounts.api.serializers.addresses import AddressSerializer
from accounts.api.serializers.avatar import AvatarSerializer, UploadAvatarSerializer
from accounts.api.serializers.me import MeSerializer
from accounts.api.serializers.passwords import (
    ChangePasswordSerializer,
    ForgotPasswordSerializer,
    ResetPasswordSerializer,
)
from accounts.api.serializers.profile import ChangeProfileSerializer, PersonProfileSerializer
from accounts.api.serializers.sessions import SessionSerializer
from accounts.api.serializers.sign_in import (
    CodeSentSerializer,
    LoginSerializer,
    LogoutSerializer,
    RefreshSerializer,
    RegisterSerializer,
    SendOtpSerializer,
    SignedInOrNewSerializer,
    SignedInSerializer,
    SignedInUserSerializer,
    SignedInWithCodeSerializer,
    TelegramSerializer,
    TokensSerializer,
    VerifiedCodeSerializer,
    VerifyOtpSerializer,
)

__all__ = [
    "AddressSerializer",
    "AvatarSerializer",
    "ChangePasswordSerializer",
    "ChangeProfileSerializer",
    "CodeSentSerializer",
    "ForgotPasswordSerializer",
    "LoginSerializer",
    "LogoutSerializer",
    "MeSerializer",
    "PersonProfileSerializer",
    "RefreshSerializer",
    "RegisterSerializer",
    "ResetPasswordSerializer",
    "SendOtpSerializer",
    "SessionSerializer",
    "SignedInOrNewSerializer",
    "SignedInSerializer",
    "SignedInUserSerializer",
    "SignedInWithCodeSerializer",
    "TelegramSerializer",
    "TokensSerializer",
    "UploadAvatarSerializer",
    "VerifiedCodeSerializer",
    "VerifyOtpSerializer",
]
