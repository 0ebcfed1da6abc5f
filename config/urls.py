"""Every path of the platform. An API path has no trailing slash; ApiPathMiddleware accepts one."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from accounts.api.views import avatar_file
from bookings.pages import come_back, pay
from common.api.docs import RedocView, SchemaView, SwaggerView
from common.api.health import HealthView, alive, figures
from config.landing import landing
from payments.sandbox.pages import pay as sandbox_pay

api: list[URLPattern | URLResolver] = [
    path("health", HealthView.as_view(), name="health"),
    path("schema", SchemaView.as_view(), name="schema"),
    path("", include("notifications.api.urls")),
    path("", include("accounts.api.urls")),
    path("", include("loyalty.api.urls")),
    path("", include("catalog.api.urls")),
    path("", include("payments.api.urls")),
    path("", include("bookings.api.urls")),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", landing, name="landing"),
    path("health", alive, name="alive"),
    path("metrics", figures, name="metrics"),
    path("admin/", admin.site.urls),
    path("media/avatars/<slug:name>.webp", avatar_file, name="avatar-file"),
    path("pay/<str:token>", pay, name="pay"),
    path("pay/<str:token>/back", come_back, name="pay-back"),
    path("sandbox/pay/<slug:reference>", sandbox_pay, name="sandbox-pay"),
    path("api/docs", SwaggerView.as_view(), name="docs"),
    path("api/redoc", RedocView.as_view(), name="reference"),
    path("api/v1/", include(api)),
]

handler400 = "common.api.error_views.bad_request"
handler403 = "common.api.error_views.permission_denied"
handler404 = "common.api.error_views.page_not_found"
handler500 = "common.api.error_views.server_error"
