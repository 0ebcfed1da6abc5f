"""The endpoints of people and their sign-ins."""

from accounts.api.views.addresses import AddressViewSet
from accounts.api.views.avatar import AvatarView, avatar_file
from accounts.api.views.codes import SendOtpView, VerifyOtpView
from accounts.api.views.me import MeView
from accounts.api.views.passwords import ChangePasswordView, ForgotPasswordView, ResetPasswordView
from accounts.api.views.profile import ExportView, ProfileView
from accounts.api.views.sessions import SessionViewSet
from accounts.api.views.sign_in import LoginView, LogoutView, RefreshView, RegisterView, TelegramView

__all__ = [
    "AddressViewSet",
    "AvatarView",
    "ChangePasswordView",
    "ExportView",
    "ForgotPasswordView",
    "LoginView",
    "LogoutView",
    "MeView",
    "ProfileView",
    "RefreshView",
    "RegisterView",
    "ResetPasswordView",
    "SendOtpView",
    "SessionViewSet",
    "TelegramView",
    "VerifyOtpView",
    "avatar_file",
]
