"""The API's grammar, wired into DRF, and its OpenAPI document."""

from datetime import timedelta

from common.version import VERSION
from config.settings.security import JWT_SIGNING_KEY

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["common.api.envelope.EnvelopeRenderer"],
    "DEFAULT_PARSER_CLASSES": ["common.api.parsers.StrictJSONParser"],
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.BearerAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_THROTTLE_CLASSES": ["common.api.throttles.TierThrottle"],
    "DEFAULT_FILTER_BACKENDS": ["common.api.filters.StrictFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "common.api.pagination.PageNumberPagination",
    "DEFAULT_SCHEMA_CLASS": "common.api.schema.EnvelopeSchema",
    "EXCEPTION_HANDLER": "common.api.exceptions.exception_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
    "URL_FORMAT_OVERRIDE": None,
    "FORMAT_SUFFIX_KWARG": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}

# Says how many requests per minute a user has; upper floors name a function that knows premium members and partners.
RATE_LIMIT_TIER = "accounts.api.rate_tiers.tier_of"

SIMPLE_JWT = {
    "ALGORITHM": "HS256",
    "SIGNING_KEY": JWT_SIGNING_KEY,
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "AUDIENCE": "almanac",
    "ISSUER": "almanac",
    "USER_ID_FIELD": "pk",
    "USER_ID_CLAIM": "sub",
    "LEEWAY": 5,
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Almanac",
    "DESCRIPTION": (
        "Bookings, availability, payments and partners. Every answer is an envelope, every error has one shape."
    ),
    "VERSION": VERSION,
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "SignInPlatformEnum": "accounts.enums.Platform",
        "DevicePlatformEnum": "notifications.enums.Platform",
        "BookingStatusEnum": "bookings.enums.BookingStatus",
        "BookingActionEnum": "bookings.enums.Action",
        "LoyaltyTierEnum": "loyalty.api.serializers.TIERS",
        "PointsEntryTypeEnum": "loyalty.enums.ENTRY_WORDS",
        "PaymentPurposeEnum": "payments.enums.Purpose",
        "PaymentProgressEnum": "payments.enums.PaymentStatus",
        "RefundStatusEnum": "payments.enums.RefundStatus",
        "UnavailableReasonEnum": "catalog.enums.REASONS",
    },
    "ENUM_ADD_EXPLICIT_BLANK_NULL_CHOICE": False,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums"],
}
