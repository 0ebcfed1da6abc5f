"""Words of people and of their sign-ins."""

from django.db.models import TextChoices


class UserType(TextChoices):
    """What a person may register as. Nobody becomes a partner or staff by a field."""

    CUSTOMER = "customer", "Customer"
    SPECIALIST = "specialist", "Specialist"


class Role(TextChoices):
    """The groups that the platform itself knows, by their names."""

    SPECIALISTS = "Specialists", "Specialists"
    PARTNERS = "Partners", "Partners"
    PREMIUM = "Premium", "Premium"


class Platform(TextChoices):
    WEB = "web", "Web"
    TELEGRAM_BOT = "telegram_bot", "Telegram bot"
    TELEGRAM_MINI_APP = "telegram_mini_app", "Telegram Mini App"


class Purpose(TextChoices):
    """What a code was asked for; it is good for nothing else."""

    LOGIN = "login", "Sign in"
    RESET_PASSWORD = "reset_password", "Reset the password"
    VERIFY_PHONE = "verify_phone", "Confirm the phone number"


class Ending(TextChoices):
    """Why a session ended before its time."""

    SIGNED_OUT = "signed_out", "Signed out"
    ENDED_BY_OWNER = "ended_by_owner", "Ended from another device"
    REUSE = "reuse", "A used refresh token came back"
    PASSWORD = "password", "The password was changed"
    BLOCKED = "blocked", "The account was blocked"
    ERASED = "erased", "The account was erased"
    NUMBER_PASSED_ON = "number_passed_on", "The phone number belongs to somebody else now"
    STAFF = "staff", "Ended by staff"


class ServiceScope(TextChoices):
    """What a service account may be allowed. Each endpoint for services asks for one; `act_for` comes on top."""

    APPOINTMENTS_READ = "appointments:read", "Read appointments and availability"
    APPOINTMENTS_WRITE = "appointments:write", "Book, confirm and cancel appointments"
    CLIENTS_REGISTER = "clients:register", "Register clients"
    ACT_FOR = "act_for", "Act for the people it names"
    INTERNAL_DISPATCH = "internal:dispatch", "Dispatch partners"
    TELEGRAM_COMMANDS = "telegram:commands", "Run commands of the Telegram bot"


class KnownBy(TextChoices):
    """Why a service may act for somebody without `act_for`: it made the account, or was given the password."""

    REGISTERED = "registered", "Registered by the service"
    SIGNED_IN = "signed_in", "Signed in through the service"
