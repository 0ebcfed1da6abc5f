"""The home services' bookings as their customers see them, in snake_case."""

from config.tests.seeds.home_services import ADDRESS
from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import Made, Stage, an_address_of_john, an_inbox
from config.tests.seeds.stage_of_bookings import a_completed_appointment, a_paid_deposit, a_request

BOOKING = {
    "id": ...,
    "booking_number": ...,
    "status": ...,
    "booking_date": ...,
    "booking_time": ...,
    "grand_total": ...,
    "payment_status": ...,
    "services": ...,
    "partner": ...,
    "address": ...,
}
PARTNERS = "POST /internal/bookings/{id}/assign-partner"


def much_to_show(stage: Stage) -> Made:
    an_address_of_john(stage)
    an_inbox(stage)
    return a_request(stage)


REQUESTS = [
    Printed(
        call="GET /dashboard",
        given=much_to_show,
        told={
            "success": ...,
            "data": {
                "user": {"id": ..., "name": ..., "phone_number": ..., "email": ...},
                "addresses": [{name: ADDRESS[name] for name in ADDRESS if name not in ("address_line2", "lat", "lng")}],
                "recent_bookings": [
                    {
                        "id": ...,
                        "booking_number": ...,
                        "status": ...,
                        "booking_date": ...,
                        "booking_time": ...,
                        "grand_total": ...,
                        "services": [{"name": ..., "quantity": ...}],
                    }
                ],
                "notifications": [{"id": ..., "title": ..., "message": ..., "is_read": ..., "created_at": ...}],
            },
        },
    ),
    Printed(
        call="GET /bookings",
        given=a_request,
        sends={"status": "pending", "page": 1, "limit": 10},
        told={
            "success": ...,
            "data": {
                "bookings": [BOOKING],
                "pagination": {"page": ..., "limit": ..., "total": ..., "total_pages": ...},
            },
        },
        awaits={"data.bookings[].partner": PARTNERS},
    ),
    Printed(
        call="GET /bookings/{booking}",
        given=a_request,
        told={"success": ..., "data": BOOKING | {"payment": ..., "created_at": ...}},
        lost={"data.payment": "two calls"},
        awaits={"data.partner": PARTNERS},
    ),
    Printed(
        call="POST /bookings/{booking}/cancel",
        given=a_request,
        sends={"reason": "Change of plans"},
        told={"booking_id": ..., "status": ..., "refund_amount": ..., "refund_status": ...},
        printed_at=("data",),
        found_at=("data", "booking"),
        moved_for="whole bookings",
        lost=dict.fromkeys(("booking_id", "refund_amount", "refund_status"), "whole bookings"),
    ),
    Printed(
        call="GET /payments/{payment}/status",
        given=a_paid_deposit,
        told={
            "success": ...,
            "data": {
                "payment_id": ...,
                "status": ...,
                "amount": ...,
                "payment_method": ...,
                "razorpay_payment_id": ...,
                "created_at": ...,
            },
        },
    ),
    Printed(
        call="POST /bookings/{booking}/rate",
        given=a_completed_appointment,
        sends={"rating": 5, "feedback": "Great service!"},
        status=201,
        told={"success": ..., "message": ...},
        lost={"message": "whole bookings"},
    ),
]
