"""What is sent to get or set a new password."""

from accounts.api.fields import EmailAddressField, PasswordField
from common.api.fields import TextField
from common.api.serializers import StrictSerializer

LONGEST_TOKEN = 200


class ForgotPasswordSerializer(StrictSerializer):
    email = EmailAddressField()


class ResetPasswordSerializer(StrictSerializer):
    token = TextField(max_length=LONGEST_TOKEN)
    new_password = PasswordField()


class ChangePasswordSerializer(StrictSerializer):
    current_password = PasswordField()
    new_password = PasswordField()
