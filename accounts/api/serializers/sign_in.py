"""What is sent to sign in, and what comes back."""

from typing import Any

from django.core.validators import RegexValidator
from rest_framework import serializers

from accounts.api.fields import EmailAddressField, PasswordField, PhoneField, SignedField
from accounts.enums import Platform, Purpose, Role, UserType
from accounts.selectors import facts_of
from accounts.services import SignedIn
from common.api.fields import PersonNameField, TextField
from common.api.serializers import StrictSerializer
from common.errors import ValidationFailed

LONGEST_TOKEN = 200
WIDGET_FIELDS = ("id", "first_name", "last_name", "username", "photo_url", "auth_date", "hash")


class TokensSerializer(StrictSerializer):
    access_token = serializers.CharField()
    refresh_token = serializers.CharField()
    expires_in = serializers.IntegerField(help_text="Seconds that the access token lives.")


class SignedInUserSerializer(StrictSerializer):
    """The person, as an answer to signing in shows them."""

    id = serializers.UUIDField(source="user.id")
    email = serializers.EmailField(source="user.email", allow_null=True)
    phone_number = serializers.SerializerMethodField()
    first_name = serializers.CharField(source="user.first_name")
    last_name = serializers.CharField(source="user.last_name")
    name = serializers.CharField(source="user.get_full_name")
    user_type = serializers.SerializerMethodField()
    is_verified = serializers.SerializerMethodField(help_text="Whether a phone or a mailbox is proven.")
    profile_complete = serializers.SerializerMethodField(help_text="Whether name and a way to be reached are known.")
    loyalty_points = serializers.SerializerMethodField()

    def get_phone_number(self, signed_in: SignedIn) -> str | None:
        return str(signed_in.user.phone_number) if signed_in.user.phone_number else None

    def get_user_type(self, signed_in: SignedIn) -> UserType:
        return UserType.SPECIALIST if Role.SPECIALISTS in signed_in.roles else UserType.CUSTOMER

    def get_is_verified(self, signed_in: SignedIn) -> bool:
        return bool(signed_in.user.phone_verified_at or signed_in.user.email_verified_at)

    def get_profile_complete(self, signed_in: SignedIn) -> bool:
        user = signed_in.user
        return bool(user.first_name and user.email and user.phone_number)

    def get_loyalty_points(self, signed_in: SignedIn) -> int:
        return facts_of(signed_in.user).get("loyalty_points", 0)


class SignedInSerializer(StrictSerializer):
    user = SignedInUserSerializer(source="*")
    tokens = TokensSerializer()


class SignedInOrNewSerializer(SignedInSerializer):
    is_new_user = serializers.BooleanField()


class SignedInWithCodeSerializer(SignedInOrNewSerializer):
    """One of the seeds has the tokens beside the user, so here they stand in both places."""

    access_token = serializers.CharField(source="tokens.access_token")
    refresh_token = serializers.CharField(source="tokens.refresh_token")


class RegisterSerializer(StrictSerializer):
    email = EmailAddressField()
    password = PasswordField()
    first_name = PersonNameField(required=False, allow_blank=True, default="")
    last_name = PersonNameField(required=False, allow_blank=True, default="")
    phone_number = PhoneField(required=False, allow_null=True, default=None)
    user_type = serializers.ChoiceField(choices=UserType.choices, default=UserType.CUSTOMER)
    platform = serializers.ChoiceField(choices=Platform.choices, default=Platform.WEB)
    # One seed sends it. Only Telegram's own signature links an account, so it is read and forgotten.
    telegram_id = SignedField(required=False, allow_null=True, write_only=True, help_text="Ignored.")


class LoginSerializer(StrictSerializer):
    email = TextField(max_length=254)
    password = PasswordField()
    platform = serializers.ChoiceField(choices=Platform.choices, default=Platform.WEB)
    otp_code = TextField(max_length=40, default="", help_text="Staff: the code of their authenticator.")


class TelegramSerializer(StrictSerializer):
    """Either `init_data`, or the login widget's fields as they came; `telegram_id` is another name of `id`."""

    init_data = SignedField(required=False)
    id = SignedField(required=False)
    telegram_id = SignedField(required=False)
    first_name = SignedField(required=False)
    last_name = SignedField(required=False)
    username = SignedField(required=False)
    photo_url = SignedField(required=False)
    auth_date = SignedField(required=False)
    hash = SignedField(required=False)
    platform = serializers.ChoiceField(choices=Platform.choices, default=Platform.WEB)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sent = {"id" if name == "telegram_id" else name for name in attrs} - {"platform", "init_data"}
        if {"id", "telegram_id"} <= set(attrs):
            raise ValidationFailed.of("telegram_id", "Send id or telegram_id.", "AMBIGUOUS")
        if bool(sent) == ("init_data" in attrs):
            raise ValidationFailed.of("init_data", "Send either init_data or the login widget's fields.", "AMBIGUOUS")
        return attrs


class RefreshSerializer(StrictSerializer):
    refresh_token = TextField(max_length=LONGEST_TOKEN)


class LogoutSerializer(StrictSerializer):
    # The access token names the session; some clients send its refresh token as well.
    refresh_token = TextField(max_length=LONGEST_TOKEN, required=False, help_text="Ignored.")


class SendOtpSerializer(StrictSerializer):
    phone_number = PhoneField()
    purpose = serializers.ChoiceField(choices=Purpose.choices, default=Purpose.LOGIN)


class CodeSentSerializer(StrictSerializer):
    expires_in = serializers.IntegerField(help_text="Seconds that the code is good for.")
    message = serializers.CharField()


class VerifyOtpSerializer(StrictSerializer):
    phone_number = PhoneField()
    otp_code = TextField(max_length=8, validators=[RegexValidator(r"\A[0-9]{4,8}\Z", "Enter the digits of the code.")])
    purpose = serializers.ChoiceField(choices=Purpose.choices, default=Purpose.LOGIN)
    platform = serializers.ChoiceField(choices=Platform.choices, default=Platform.WEB)


class VerifiedCodeSerializer(StrictSerializer):
    """`login` answers user, tokens, is_new_user; `reset_password` reset_token; `verify_phone` phone_number."""

    user = SignedInUserSerializer(required=False)
    tokens = TokensSerializer(required=False)
    is_new_user = serializers.BooleanField(required=False)
    access_token = serializers.CharField(required=False, help_text="As in `tokens`.")
    refresh_token = serializers.CharField(required=False, help_text="As in `tokens`.")
    reset_token = serializers.CharField(required=False, help_text="For /auth/password/reset, once, ten minutes long.")
    phone_number = serializers.CharField(required=False)
