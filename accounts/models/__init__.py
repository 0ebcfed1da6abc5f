"""People, their signed-in devices, and what lets them in."""

from accounts.models.address import Address
from accounts.models.known_person import KnownPerson
from accounts.models.otp import OtpChallenge
from accounts.models.password_reset import PasswordReset
from accounts.models.service_account import ServiceAccount, ServiceId, ServiceKey
from accounts.models.session import RefreshToken, Session, SessionId
from accounts.models.telegram import TelegramProof
from accounts.models.user import User, UserId, UserManager, UserQuerySet, normal_email

__all__ = [
    "Address",
    "KnownPerson",
    "OtpChallenge",
    "PasswordReset",
    "RefreshToken",
    "ServiceAccount",
    "ServiceId",
    "ServiceKey",
    "Session",
    "SessionId",
    "TelegramProof",
    "User",
    "UserId",
    "UserManager",
    "UserQuerySet",
    "normal_email",
]
