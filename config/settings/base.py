"""What Django itself needs: apps, middleware, templates, languages, files."""

from pathlib import Path

from config import env

BASE_DIR = Path(__file__).resolve().parents[2]
env.load_file(BASE_DIR / ".env")

ENVIRONMENT = env.choice("ENVIRONMENT", "development", among=("development", "test", "production"))
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.flag("DEBUG", default=False)
LOCAL_DIR = Path(env.text("LOCAL_DIR", str(BASE_DIR / ".local")))

# Links in mails and messages are built from this, never from a request's Host header.
PUBLIC_URL = env.url("PUBLIC_URL", "http://localhost:8000", schemes=("http", "https")).rstrip("/")

INSTALLED_APPS = [
    "config.apps.AlmanacConfig",
    "common.apps.CommonConfig",
    "notifications.apps.NotificationsConfig",
    "accounts.apps.AccountsConfig",
    "payments.apps.PaymentsConfig",
    "loyalty.apps.LoyaltyConfig",
    "payments.sandbox.apps.SandboxConfig",
    "catalog.apps.CatalogConfig",
    "bookings.apps.BookingsConfig",
    # The admin's theme overrides templates, so it stands before django.contrib.admin.
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "config.apps.BackOfficeConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "axes",
    "corsheaders",
    "csp",
    "channels",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
]

MIDDLEWARE = [
    "common.middleware.request_context.RequestContextMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "csp.middleware.CSPMiddleware",
    "config.backoffice.middleware.BackOfficeMiddleware",
    "common.middleware.rate_limits.RateLimitMiddleware",
    "common.middleware.strict_requests.StrictRequestMiddleware",
    "common.middleware.api_paths.ApiPathMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "common.middleware.audit_context.AuditContextMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"
# A trailing slash is accepted by ApiPathMiddleware, never redirected: a redirected POST loses its body.
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
            ],
        },
    },
]

LANGUAGE_CODE = "en-gb"
# Pages write times as 16:05, never as "4:05 p.m." or "noon".
FORMAT_MODULE_PATH = ["config.formats"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
# Reports, daily jobs and the admin's date hierarchy follow this zone.
BUSINESS_TIME_ZONE = env.text("BUSINESS_TIME_ZONE", "Asia/Kolkata")

STATIC_URL = "/static/"
# Where production's collectstatic puts them; elsewhere files are served from where they lie.
STATIC_ROOT = BASE_DIR / "staticfiles" if PRODUCTION else None
MEDIA_URL = "/media/"
MEDIA_ROOT = LOCAL_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not PRODUCTION
# Our files are for our pages.
WHITENOISE_ALLOW_ALL_ORIGINS = False

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

# Each app's demo world, in order; `manage.py seed_demo` calls them.
DEMO_SEEDERS = [
    "accounts.management.demo.seed",
    "notifications.management.demo.seed",
    "loyalty.management.demo.seed",
    "catalog.management.demo.seed",
    "bookings.management.demo.seed",
]

# Figures that apps of the upper floors add to a profile: see accounts/selectors.py.
PROFILE_FACTS = ["loyalty.selectors.profile_facts", "bookings.selectors.facts.facts_of_customer"]

# What apps of the upper floors show on a person's page of the back office: see accounts/admin/panels.py.
PERSON_PANELS = ["bookings.admin.people.bookings_panel"]

# What each app keeps of a person, for export and erasure: see common/personal_data.py.
PERSONAL_DATA = [
    "notifications.privacy.PERSONAL_DATA",
    "accounts.privacy.PERSONAL_DATA",
    "payments.privacy.PERSONAL_DATA",
    "loyalty.privacy.PERSONAL_DATA",
    "catalog.privacy.PERSONAL_DATA",
    "bookings.privacy.PERSONAL_DATA",
]

# What messages are about, by the word that their kinds use: see notifications/services/subjects.py.
MESSAGE_SUBJECTS = {
    "booking": "bookings.services.messages.as_it_is_now",
    "payment": "payments.services.receipts.as_it_is_now",
}

# What points can be used on, by the word for it; see loyalty/targets.py.
REDEMPTION_TARGETS = {"booking": "bookings.services.redeeming.BookingTarget"}

# What people call the things that points and codes were used for: functions from ids to numbers.
SUBJECT_NUMBERS = ["bookings.selectors.looking_up.numbers_of"]

# What can be paid for, by the word that payments keep of it; see payments/payables.py.
PAYABLES = {"booking": "bookings.services.payable.BookingPayable"}

# What upper floors know of a specialist, for the specialist's own profile; see catalog/selectors/profiles.py.
SPECIALIST_FACTS = ["bookings.selectors.facts.facts_of_specialist"]

# The parts that /api/v1/health asks about, and those without which nobody can be served. Apps add theirs here.
HEALTH_CHECKS = {
    "database": "common.health_checks.database",
    "migrations": "common.health_checks.migrations",
    "redis": "common.health_checks.redis_server",
    "cache": "common.health_checks.cache_server",
    "broker": "common.health_checks.broker",
    "workers": "common.health_checks.workers",
}
HEALTH_NEEDED = ("database", "migrations")
