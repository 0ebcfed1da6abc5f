"""The booking platform's users and sign-ins, in camelCase."""

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import a_password, a_picture, a_refresh_token, what_telegram_signed

TOKENS = {"accessToken": ..., "refreshToken": ..., "expiresIn": ...}
USER = {
    "id": ...,
    "email": ...,
    "firstName": ...,
    "lastName": ...,
    "userType": ...,
    "profileComplete": ...,
    "loyaltyPoints": ...,
}
PROFILE = {
    "id": ...,
    "email": ...,
    "firstName": ...,
    "lastName": ...,
    "phoneNumber": ...,
    "avatar": ...,
    "userType": ...,
    "loyaltyPoints": ...,
    "totalBookings": ...,
    "memberSince": ...,
    "preferences": {
        "language": ...,
        "currency": ...,
        "notifications": {"email": ..., "push": ..., "telegram": ...},
    },
}
REGISTERED = {
    "email": "user@example.com",
    "password": "securePassword123",
    "firstName": "John",
    "lastName": "Doe",
    "phoneNumber": "+1234567890",
    "userType": "customer",
    "telegramId": "optional_telegram_id",
}

REQUESTS = [
    Printed(
        call="POST /auth/register",
        by="nobody",
        camel=True,
        sends=REGISTERED,
        status=201,
        told={"success": ..., "data": {"user": USER, "tokens": TOKENS}},
    ),
    Printed(
        call="POST /auth/register",
        by="nobody",
        camel=True,
        sends=REGISTERED | {"userType": "specialist"},
        status=201,
        told={"success": ..., "data": {"user": USER, "tokens": TOKENS}},
    ),
    *(
        Printed(
            call="POST /auth/login",
            by="nobody",
            camel=True,
            given=a_password,
            sends={"email": "user@example.com", "password": "securePassword123", "platform": platform},
            told={"success": ..., "data": {"user": USER, "tokens": TOKENS}},
        )
        for platform in ("web", "telegram_bot", "telegram_mini_app")
    ),
    Printed(
        call="POST /auth/telegram",
        by="nobody",
        camel=True,
        given=what_telegram_signed,
        sends={
            "telegramId": "123456789",
            "firstName": "John",
            "lastName": "Doe",
            "username": "johndoe",
            "authDate": "{auth_date}",
            "hash": "{hash}",
        },
        told={"success": ..., "data": {"user": USER, "tokens": TOKENS, "isNewUser": ...}},
    ),
    Printed(
        call="POST /auth/refresh",
        by="nobody",
        camel=True,
        given=a_refresh_token,
        sends={"refreshToken": "{refresh_token}"},
        told={"success": ..., "data": {"accessToken": ..., "expiresIn": ...}},
    ),
    # Named by the guide to the platform, which prints no bodies.
    Printed(call="POST /auth/logout", camel=True, told={"success": ...}),
    Printed(call="GET /auth/me", camel=True, told={"success": ..., "data": {"id": ..., "email": ...}}),
    Printed(
        call="GET /users/profile",
        camel=True,
        told={"success": ..., "data": PROFILE},
    ),
    Printed(
        call="PUT /users/profile",
        camel=True,
        sends={
            "firstName": "John",
            "lastName": "Smith",
            "phoneNumber": "+1234567890",
            "preferences": {"language": "en", "currency": "USD"},
        },
        told={"success": ..., "data": PROFILE},
    ),
    Printed(
        call="POST /users/avatar",
        camel=True,
        is_form=True,
        given=a_picture,
        sends={"avatar": "{picture}"},
        told={"success": ..., "data": {"avatarUrl": ...}},
    ),
]
