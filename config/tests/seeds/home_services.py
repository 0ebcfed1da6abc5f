"""The home services' sign-in, addresses, catalog and contact form, in snake_case."""

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import a_code, a_platform_service, a_refresh_token, an_address_of_john

PHONE = "+911234567890"
HOME = {
    "name": "Home",
    "address_line1": "123 Main St",
    "address_line2": "Apartment 4B",
    "city": "Kolkata",
    "state": "West Bengal",
    "pincode": "700032",
    "lat": 22.5726,
    "lng": 88.3639,
    "place_id": "ChIJ...",
}
USER = {"id": ..., "phone_number": ..., "name": ..., "email": ..., "is_verified": ...}
ADDRESS = {
    "id": ...,
    "name": ...,
    "address_line1": ...,
    "address_line2": ...,
    "city": ...,
    "state": ...,
    "pincode": ...,
    "lat": ...,
    "lng": ...,
    "is_default": ...,
}
SERVICE = {
    "id": ...,
    "name": ...,
    "category": ...,
    "tier": ...,
    "product_cost": ...,
    "market_price": ...,
    "duration_minutes": ...,
    "image_url": ...,
}

REQUESTS = [
    *(
        Printed(
            call="POST /auth/send-otp",
            by="nobody",
            sends={"phone_number": PHONE, "purpose": purpose},
            status=202,
            told={"message": ..., "expires_in": ...},
            found_at=("data",),
            moved_for="envelope",
        )
        for purpose in ("login", "reset_password")
    ),
    Printed(
        call="POST /auth/verify-otp",
        by="nobody",
        given=a_code,
        sends={"phone_number": PHONE, "otp_code": "{otp_code}", "purpose": "login"},
        told={"success": ..., "data": {"access_token": ..., "refresh_token": ..., "user": USER}},
    ),
    Printed(
        call="POST /auth/refresh-token",
        by="nobody",
        given=a_refresh_token,
        sends={"refresh_token": "{refresh_token}"},
        told={"success": ..., "data": {"access_token": ..., "refresh_token": ...}},
    ),
    Printed(call="POST /auth/logout", told={"success": ..., "message": ...}),
    Printed(call="GET /auth/me", told={"success": ..., "data": USER | {"created_at": ...}}),
    Printed(
        call="GET /services/catalog",
        by="nobody",
        given=a_platform_service,
        told={
            "success": ...,
            "data": {"categories": {"Facial": [SERVICE]}, "all_services": [SERVICE], "last_updated": ...},
        },
    ),
    Printed(
        call="GET /services/catalog",
        by="nobody",
        given=a_platform_service,
        sends={"category": "Facial", "tier": "Minimal"},
        told={"success": ..., "data": {"categories": {"Facial": [SERVICE]}}},
    ),
    Printed(
        call="GET /services/{service}",
        by="nobody",
        given=a_platform_service,
        told={"success": ..., "data": SERVICE | {"description": ...}},
    ),
    Printed(
        call="GET /users/addresses",
        given=an_address_of_john,
        told=[ADDRESS],
        printed_at=("data",),
        found_at=("data", "addresses"),
        moved_for="named lists",
    ),
    Printed(call="POST /users/addresses", sends=HOME, status=201, told={"success": ..., "data": {"id": ...}}),
    Printed(
        call="PUT /users/addresses/{address}",
        given=an_address_of_john,
        sends=HOME | {"name": "Office", "address_line1": "456 Park Ave"},
        told={"success": ...},
    ),
    Printed(
        call="PATCH /users/addresses/{address}/set-default",
        given=an_address_of_john,
        told={"success": ..., "message": ...},
    ),
    Printed(call="DELETE /users/addresses/{address}", given=an_address_of_john, told={"success": ..., "message": ...}),
    Printed(
        call="POST /contact",
        by="nobody",
        sends={
            "name": "John Doe",
            "email": "john@example.com",
            "phone": PHONE,
            "subject": "Service Inquiry",
            "message": "I would like to know about...",
        },
        told={"success": ..., "message": ...},
    ),
]
