"""The booking platform's bookings, deposits, reviews and figures, in camelCase."""

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage_of_bookings import (
    a_completed_appointment,
    a_confirmed_appointment,
    a_means_to_pay,
    a_paid_deposit,
    a_request,
    a_review,
    an_appointment,
    an_appointment_that_is_over,
    something_to_book,
)

BOOKED = {
    "id": ...,
    "serviceId": ...,
    "customerId": ...,
    "specialistId": ...,
    "status": ...,
    "scheduledAt": ...,
    "duration": ...,
    "totalAmount": ...,
    "depositAmount": ...,
    "notes": ...,
    "createdAt": ...,
}
SHOWN = {
    "id": ...,
    "service": {"id": ..., "name": ..., "duration": ...},
    "specialist": {"id": ..., "businessName": ..., "firstName": ..., "lastName": ..., "avatar": ...},
    "customer": {"id": ..., "name": ...},
    "status": ...,
    "scheduledAt": ...,
    "totalAmount": ...,
    "depositPaid": ...,
    "canCancel": ...,
    "cancellationDeadline": ...,
    "meetingLink": ...,
    "createdAt": ...,
}
SAID = {"rating": 5, "comment": "Excellent consultation, very helpful!", "tags": ["professional", "punctual"]}
REVIEW = {
    "id": ...,
    "bookingId": ...,
    "customerId": ...,
    "specialistId": ...,
    "rating": ...,
    "comment": ...,
    "tags": ...,
    "createdAt": ...,
}
ANSWERED = {"success": ..., "data": {"booking": SHOWN}}
RATING = {"averageRating": ..., "responseRate": ...}

REQUESTS = [
    Printed(
        call="POST /bookings",
        camel=True,
        given=something_to_book,
        sends={
            "serviceId": "{service}",
            "specialistId": "{specialist}",
            "scheduledAt": "2024-03-15T10:00:00Z",
            "duration": 60,
            "notes": "Looking for help with marketing strategy",
            "paymentMethodId": "pm_stripe_id",
        },
        status=201,
        told={"success": ..., "data": {"booking": BOOKED, "paymentIntent": ...}},
        lost={"data.paymentIntent": "two calls"},
    ),
    Printed(
        call="GET /bookings",
        camel=True,
        given=a_request,
        sends={"status": "pending", "page": 1, "limit": 20},
        told={"success": ..., "data": {"bookings": [SHOWN], "pagination": ...}},
    ),
    *(
        Printed(
            call="GET /bookings",
            by=by,
            camel=True,
            given=an_appointment,
            sends={"status": status, "startDate": "2024-03-01", "endDate": "2024-03-31", "page": 1, "limit": 20},
            told={"success": ..., "data": {"bookings": ..., "pagination": ...}},
        )
        for by, status in (("customer", "confirmed"), ("specialist", "completed"), ("customer", "cancelled"))
    ),
    Printed(call="GET /bookings/{booking}", camel=True, given=a_request, told={"success": ..., "data": SHOWN}),
    Printed(
        call="PUT /bookings/{booking}",
        camel=True,
        given=a_request,
        sends={"scheduledAt": "2024-03-16T14:00:00Z", "notes": "Please bring the figures"},
        told={"success": ..., "data": SHOWN},
    ),
    Printed(call="DELETE /bookings/{booking}", camel=True, given=a_request, told=ANSWERED),
    Printed(
        call="POST /bookings/{booking}/confirm",
        by="specialist",
        camel=True,
        given=a_request,
        sends={
            "meetingLink": "https://meet.example.com/booking123",
            "preparationNotes": "Please prepare financial statements",
        },
        told={"success": ..., "data": {"booking": SHOWN, "notificationsSent": ...}},
        lost={"data.notificationsSent": "afterwards"},
    ),
    Printed(
        call="POST /bookings/{booking}/complete",
        by="specialist",
        camel=True,
        given=an_appointment_that_is_over,
        sends={
            "completionNotes": "Session completed successfully",
            "deliverables": ["Strategic roadmap document", "Action items list"],
        },
        told=ANSWERED,
    ),
    Printed(
        call="POST /bookings/{booking}/reschedule",
        camel=True,
        given=a_confirmed_appointment,
        sends={"newScheduledAt": "2024-03-16T14:00:00Z", "reason": "Customer request"},
        told=ANSWERED,
    ),
    Printed(
        call="POST /payments/process-deposit",
        camel=True,
        headers={"Idempotency-Key": "printed-deposit-1"},
        given=a_means_to_pay,
        sends={"bookingId": "{booking}", "paymentMethodId": "{pm_stripe_id}", "amount": 200},
        told={
            "success": ...,
            "data": {"paymentIntent": {"id": ..., "status": ..., "amount": ..., "currency": ...}, "booking": SHOWN},
        },
    ),
    *(
        Printed(
            call="POST /payments/refund",
            by="specialist",
            camel=True,
            headers={"Idempotency-Key": "printed-refund-1"},
            given=a_paid_deposit,
            sends={"bookingId": "{booking}", "refundType": kind, "reason": "Customer cancellation within policy"},
            status=201,
            told={"success": ...},
        )
        for kind in ("full", "deposit_only")
    ),
    Printed(
        call="GET /payments/history",
        camel=True,
        given=a_paid_deposit,
        told={
            "success": ...,
            "data": {
                "payments": [
                    {
                        "id": ...,
                        "bookingId": ...,
                        "type": ...,
                        "amount": ...,
                        "currency": ...,
                        "status": ...,
                        "paymentMethod": ...,
                        "createdAt": ...,
                    }
                ]
            },
        },
    ),
    Printed(
        call="POST /reviews",
        camel=True,
        given=a_completed_appointment,
        sends={"bookingId": "{booking}", **SAID},
        status=201,
        told={"success": ..., "data": {"review": REVIEW, "loyaltyPointsEarned": ...}},
        lost={"data.loyaltyPointsEarned": "afterwards"},
    ),
    *(
        Printed(
            call="GET /reviews",
            by="nobody",
            camel=True,
            given=a_review,
            sends=sends | {"page": 1, "limit": 20},
            told={
                "success": ...,
                "data": {
                    "reviews": [
                        {
                            "id": ...,
                            "rating": ...,
                            "comment": ...,
                            "tags": ...,
                            "customer": {"firstName": ..., "lastName": ..., "avatar": ...},
                            "service": {"name": ...},
                            "createdAt": ...,
                        }
                    ],
                    "averageRating": ...,
                    "totalReviews": ...,
                    "ratingDistribution": {"5": ..., "4": ..., "3": ..., "2": ..., "1": ...},
                },
            },
        )
        for sends in ({"specialistId": "{specialist}", "rating": 5}, {"customerId": "{john}"})
    ),
    Printed(
        call="PUT /reviews/{review}", camel=True, given=a_review, sends=SAID, told={"success": ..., "data": REVIEW}
    ),
    Printed(call="DELETE /reviews/{review}", camel=True, given=a_review, told={"success": ...}),
    Printed(
        call="GET /analytics/specialist/dashboard",
        by="specialist",
        camel=True,
        given=a_completed_appointment,
        told={
            "success": ...,
            "data": {
                "overview": {
                    "totalRevenue": ...,
                    "thisMonthRevenue": ...,
                    "totalBookings": ...,
                    "thisMonthBookings": ...,
                    **RATING,
                },
                "revenueChart": [{"month": ..., "revenue": ...}],
                "topServices": [{"serviceId": ..., "name": ..., "bookings": ..., "revenue": ...}],
                "customerSatisfaction": {**RATING, "repeatCustomers": ...},
            },
        },
    ),
    Printed(
        call="GET /analytics/platform/metrics",
        by="staff",
        camel=True,
        told={
            "success": ...,
            "data": {
                "users": {
                    "total": ...,
                    "customers": ...,
                    "specialists": ...,
                    "growth": {"thisMonth": ..., "lastMonth": ...},
                },
                "bookings": {"total": ..., "thisMonth": ..., "completionRate": ..., "averageValue": ...},
                "revenue": {"total": ..., "thisMonth": ..., "commissionEarned": ...},
            },
        },
    ),
]
