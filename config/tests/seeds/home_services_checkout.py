"""The home services' checkout, in snake_case."""

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage_of_bookings import a_basket, a_preview

KEY = {"X-Idempotency-Key": "0b6e1c5e-5f0e-4a52-9f5c-6d6a3c1f7c11"}
CONFIRM = {
    "preview_id": "{preview}",
    "payment_method": "online",
    "address_id": "{address}",
    "booking_date": "2024-01-20",
    "booking_time": "10:00 AM",
    "customer_name": "John Doe",
    "customer_phone": "+911234567890",
    "customer_email": "john@example.com",
    "cancellation_policy_accepted": True,
}
BOOKING = {"id": ..., "booking_number": ..., "status": ..., "grand_total": ...}

REQUESTS = [
    Printed(
        call="POST /checkout/prepare",
        given=a_basket,
        sends={
            "service_ids": ["{service}", "{second}"],
            "promo_code": "SAVE10",
            "address_id": "{address}",
            "booking_date": "2024-01-20",
        },
        told={
            "success": ...,
            "data": {
                "preview_id": ...,
                "services": [{"id": ..., "name": ..., "quantity": ..., "unit_price": ...}],
                "pricing": {"subtotal": ..., "savings": ..., "discount": ..., "tax": ..., "grand_total": ...},
                "promo": {"code": ..., "discount": ..., "valid": ...},
                "available_time_slots": [...],
                "address": {"id": ..., "address_line1": ...},
            },
        },
    ),
    Printed(
        call="POST /checkout/confirm",
        given=a_preview,
        headers=KEY,
        sends=CONFIRM,
        status=201,
        told={
            "success": ...,
            "data": {
                "booking": BOOKING,
                "payment": {
                    "order_id": ...,
                    "amount": ...,
                    "currency": ...,
                    "key": ...,
                    "name": ...,
                    "description": ...,
                    "prefill": {"contact": ..., "email": ..., "name": ...},
                    "notes": {"booking_id": ..., "booking_number": ...},
                },
            },
        },
    ),
    Printed(
        call="POST /checkout/confirm",
        given=a_preview,
        headers=KEY,
        sends=CONFIRM | {"payment_method": "cash"},
        status=201,
        told={"success": ..., "data": {"booking": BOOKING, "message": ...}},
    ),
]
