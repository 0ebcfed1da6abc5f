"""The platform's own paths, and the probe's beside them."""

from django.urls import URLPattern, URLResolver, include, path

from common.api.routers import ApiRouter
from common.tests.probe import views

router = ApiRouter()
router.register("people", views.PeopleViewSet, basename="person")

probe = [
    path("echo", views.EchoView.as_view()),
    path("upload", views.UploadView.as_view()),
    path("names/<str:name>", views.ByNameView.as_view()),
    path("unruled", views.UnruledView.as_view()),
    path("sign-out", views.SignOutView.as_view()),
    path("raise/<str:name>", views.RaisingView.as_view()),
    path("page/<str:name>", views.raising_page),
    *router.urls,
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/probe/", include(probe)),
    path("pages/<str:name>", views.raising_page),
    path("", include("config.urls")),
]

handler400 = "common.api.error_views.bad_request"
handler403 = "common.api.error_views.permission_denied"
handler404 = "common.api.error_views.page_not_found"
handler500 = "common.api.error_views.server_error"
