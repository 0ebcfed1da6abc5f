"""The booking platform's specialists, services and free time, in camelCase."""

from config.tests.seeds.printed import Printed
from config.tests.seeds.stage import a_category, a_service, an_open_month

SERVICE = {
    "id": ...,
    "name": ...,
    "description": ...,
    "duration": ...,
    "price": ...,
    "category": ...,
    "isActive": ...,
    "requirements": ...,
    "createdAt": ...,
}
PROFILE = {
    "id": ...,
    "userId": ...,
    "businessName": ...,
    "description": ...,
    "specialties": ...,
    "experience": ...,
    "rating": ...,
    "totalReviews": ...,
    "totalBookings": ...,
    "isVerified": ...,
    "availability": {"timezone": ..., "workingHours": ...},
    "pricing": {"baseRate": ..., "currency": ..., "depositAmount": ...},
    "revenue": {"thisMonth": ..., "lastMonth": ..., "total": ...},
}
WEEK = {"monday": {"start": "09:00", "end": "17:00"}, "tuesday": {"start": "09:00", "end": "17:00"}}
WORKSHOP = {
    "name": "Marketing Strategy Session",
    "description": "2-hour marketing planning workshop",
    "duration": 120,
    "price": 200,
    "category": "workshop",
    "requirements": ["Current marketing materials", "Target audience data"],
}

FOUND = {
    "id": ...,
    "name": ...,
    "description": ...,
    "price": ...,
    "duration": ...,
    "category": ...,
    "specialist": {
        "id": ...,
        "businessName": ...,
        "firstName": ...,
        "lastName": ...,
        "avatar": ...,
        "rating": ...,
        "totalReviews": ...,
        "isVerified": ...,
        "responseTime": ...,
    },
    "nextAvailable": ...,
}
PAGES = {"currentPage": ..., "totalPages": ..., "totalItems": ..., "hasNext": ..., "hasPrev": ...}
OTHERWISE_COUNTED = {
    "data.pagination.currentPage": "one pagination",
    "data.pagination.totalItems": "one pagination",
}
SEARCH = {
    "query": "business consultation",
    "category": "consultation",
    "minPrice": 50,
    "maxPrice": 200,
    "rating": 4.5,
    "location": "New York",
    "availability": "2024-03-15",
    "specialties": "business,marketing",
    "page": 1,
    "limit": 20,
}

REQUESTS = [
    *(
        Printed(
            call="GET /services/search",
            by="nobody",
            camel=True,
            given=a_service,
            sends=SEARCH | {"sortBy": order},
            told={
                "success": ...,
                "data": {"services": ..., "pagination": PAGES, "filters": {"categories": ..., "priceRanges": ...}},
            },
            lost=OTHERWISE_COUNTED,
        )
        for order in ("rating", "price", "reviews")
    ),
    Printed(
        call="GET /services/search",
        by="nobody",
        camel=True,
        given=a_service,
        sends={"query": "business consultation", "category": "consultation"},
        told={"success": ..., "data": {"services": [FOUND]}},
    ),
    Printed(
        call="GET /specialists/profile",
        by="specialist",
        camel=True,
        told={"success": ..., "data": PROFILE},
    ),
    Printed(
        call="PUT /specialists/profile",
        by="specialist",
        camel=True,
        sends={
            "businessName": "John's Advanced Consulting",
            "description": "Expert business consultant with 5+ years experience",
            "specialties": ["business", "marketing", "strategy", "finance"],
            "baseRate": 120,
            "availability": {"timezone": "America/New_York", "workingHours": WEEK},
        },
        told={"success": ..., "data": PROFILE},
    ),
    Printed(
        call="GET /specialists/services",
        by="specialist",
        camel=True,
        given=a_service,
        told=[SERVICE],
        printed_at=("data",),
        found_at=("data", "services"),
        moved_for="named lists",
    ),
    Printed(
        call="POST /specialists/services",
        by="specialist",
        camel=True,
        given=a_category,
        sends=WORKSHOP,
        status=201,
        told={"success": ..., "data": SERVICE},
    ),
    Printed(
        call="PUT /specialists/services/{service}",
        by="specialist",
        camel=True,
        given=a_service,
        sends=WORKSHOP,
        told={"success": ..., "data": SERVICE},
    ),
    Printed(
        call="DELETE /specialists/services/{service}",
        by="specialist",
        camel=True,
        given=a_service,
        told={"success": ...},
    ),
    Printed(
        call="GET /specialists/availability",
        by="specialist",
        camel=True,
        given=an_open_month,
        sends={"startDate": "2024-03-01", "endDate": "2024-03-31", "timezone": "America/New_York"},
        told={
            "success": ...,
            "data": {
                "availableSlots": [{"date": ..., "slots": [{"startTime": ..., "endTime": ..., "available": ...}]}]
            },
        },
    ),
    Printed(
        call="POST /specialists/availability/block",
        by="specialist",
        camel=True,
        sends={
            "startDateTime": "2024-03-15T14:00:00Z",
            "endDateTime": "2024-03-15T16:00:00Z",
            "reason": "personal time",
            "recurring": False,
        },
        status=201,
        told={"success": ...},
    ),
    Printed(
        call="GET /services/categories",
        by="nobody",
        camel=True,
        given=a_service,
        told=[{"id": ..., "name": ..., "description": ..., "icon": ..., "serviceCount": ...}],
        printed_at=("data",),
        found_at=("data", "categories"),
        moved_for="named lists",
    ),
    Printed(
        call="GET /services/{service}",
        by="nobody",
        camel=True,
        given=a_service,
        told={
            "success": ...,
            "data": {
                "id": ...,
                "name": ...,
                "description": ...,
                "longDescription": ...,
                "price": ...,
                "duration": ...,
                "category": ...,
                "requirements": ...,
                "deliverables": ...,
                "specialist": {"id": ..., "businessName": ..., "rating": ..., "totalReviews": ...},
                "reviews": ...,
                "availability": ...,
            },
        },
    ),
]
