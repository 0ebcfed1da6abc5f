"""Secrets, sessions, cookies, headers, sign-in protection."""

from datetime import timedelta

from csp.constants import NONCE, NONE, SELF

from config import env
from config.settings.base import ENVIRONMENT, PRODUCTION

# What development falls back to; config/checks.py refuses both in production.
INSECURE_DEVELOPMENT_SECRET = "insecure-development-only-secret"  # noqa: S105 - it is refused in production
SECRET_KEY = env.text("SECRET_KEY", INSECURE_DEVELOPMENT_SECRET)
JWT_SIGNING_KEY = env.text("JWT_SIGNING_KEY", INSECURE_DEVELOPMENT_SECRET + "-for-tokens")
# Old keys that still verify cookies and signed links while a rotation is under way.
SECRET_KEY_FALLBACKS = env.words("SECRET_KEY_FALLBACKS")

ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "" if PRODUCTION else "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = env.origins("CSRF_TRUSTED_ORIGINS")
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/"
# Tokens travel in a header, so no browser ever needs to send cookies to the API.
CORS_ALLOW_CREDENTIALS = False
CORS_ALLOW_HEADERS = [
    "accept",
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-idempotency-key",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "etag",
    "idempotent-replayed",
    "location",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "retry-after",
    "x-request-id",
]

# How many proxies of ours stand in front: their X-Forwarded-For entries are believed, all before them are not.
TRUSTED_PROXY_DEPTH = env.whole("TRUSTED_PROXY_DEPTH", 0, least=0, most=5)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_DEPTH else None
SECURE_SSL_REDIRECT = env.flag("SSL_REDIRECT", default=PRODUCTION)
# Probes inside the cluster speak plain HTTP.
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^api/v1/health$", r"^metrics$"]
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = PRODUCTION
SECURE_HSTS_PRELOAD = PRODUCTION
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_NAME = "__Host-session" if PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if PRODUCTION else "csrf"
# Staff who leave the desk are signed out after an idle hour: each request renews the cookie.
SESSION_COOKIE_AGE = env.whole("STAFF_IDLE_SECONDS", 3600, least=60, most=86_400)
SESSION_SAVE_EVERY_REQUEST = False
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    },
}

MAX_BODY_BYTES = env.whole("MAX_BODY_BYTES", 1_048_576, least=1_024, most=104_857_600)
MAX_UPLOAD_BYTES = env.whole("MAX_UPLOAD_BYTES", 6_553_600, least=1_024, most=104_857_600)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_UPLOAD_BYTES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10

AUTHENTICATION_BACKENDS = [
    # First, so that a locked-out attempt never reaches a password hash.
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
# Tests sign in hundreds of times; what a hash costs an attacker is no concern of theirs.
_hasher = (
    "django.contrib.auth.hashers.MD5PasswordHasher" if ENVIRONMENT == "test" else "accounts.hashers.LeanArgon2Hasher"
)
PASSWORD_HASHERS = [
    _hasher,
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "common.client_ip.client_ip"
AXES_LOCKOUT_CALLABLE = "config.backoffice.lockout.locked_out_response"
AXES_USERNAME_CALLABLE = "config.backoffice.lockout.sign_in_name"
# The back office has a page of its own for them.
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Production staff sign in with a second factor; the demo lets them in without.
STAFF_SECOND_FACTOR = env.flag("STAFF_SECOND_FACTOR", default=PRODUCTION)
OTP_TOTP_ISSUER = "Almanac"

# Lifts every rate limit, for benchmarks; refused in production.
RATE_LIMITS = env.flag("RATE_LIMITS", default=True)
# Bearer token that /metrics asks for when it is not reached from the machine itself.
METRICS_TOKEN = env.text("METRICS_TOKEN")
