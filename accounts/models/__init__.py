"""People, their signed-in devices, and what lets them in."""

from accounts.models.address import Address
from accounts.models.otp import OtpChallenge
from accounts.models.password_reset import PasswordReset
from accounts.models.session import RefreshToken, Session, SessionId
from accounts.models.telegram import TelegramProof
from accounts.models.user import User, UserId, UserManager, UserQuerySet, normal_email

__all__ = [
    "Address",
    "OtpChallenge",
    "PasswordReset",
    "RefreshToken",
    "Session",
    "SessionId",
    "TelegramProof",
    "User",
    "UserId",
    "UserManager",
    "UserQuerySet",
    "normal_email",
]
