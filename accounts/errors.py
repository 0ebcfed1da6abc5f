"""What can go wrong when somebody signs in."""

from collections.abc import Sequence
from dataclasses import dataclass

from common.errors import (
    AuthenticationRequired,
    BusinessRuleViolation,
    Conflict,
    Detail,
    PermissionDenied,
    ServiceUnavailable,
)


@dataclass(eq=False)
class WrongCredentials(AuthenticationRequired):
    """Says the same for an unknown account, one without a password and a wrong password."""

    default_message = "The e-mail address or the password is not right."
    details: Sequence[Detail] = (Detail("", "The e-mail address or the password is not right.", "WRONG_CREDENTIALS"),)


@dataclass(eq=False)
class AccountBlocked(PermissionDenied):
    default_message = "This account is blocked."
    details: Sequence[Detail] = (Detail("", "This account is blocked.", "ACCOUNT_BLOCKED"),)


@dataclass(eq=False)
class SecondFactorRequired(AuthenticationRequired):
    default_message = "Staff sign in with their password and a code of their authenticator."
    details: Sequence[Detail] = (
        Detail("otp_code", "Send the code that your authenticator shows.", "SECOND_FACTOR_REQUIRED"),
    )


@dataclass(eq=False)
class WrongCode(AuthenticationRequired):
    """Says the same for a wrong, old, used up and foreign code, and where none was ever asked for."""

    default_message = "The code is not right or no longer valid."
    details: Sequence[Detail] = (Detail("otp_code", "The code is not right or no longer valid.", "WRONG_CODE"),)


class InvalidRefreshToken(AuthenticationRequired):
    default_message = "The refresh token is not valid or has expired. Sign in again."


class InvalidResetToken(AuthenticationRequired):
    default_message = "This link is not valid or was used before. Ask for a new one."


class TelegramRefused(AuthenticationRequired):
    """Says the same whatever is wrong with the data."""

    default_message = "Telegram's sign-in data is not valid, too old or was used before."


class TelegramNotConnected(ServiceUnavailable):
    default_message = "Signing in with Telegram is not set up here."


class Taken(Conflict):
    """An address or number that belongs to another account."""


class NoCodesThere(BusinessRuleViolation):
    default_message = "Codes are not sent to numbers of this kind or country."


class FreshSignInRequired(PermissionDenied):
    default_message = "Sign in again, then repeat this within ten minutes."
