"""Paths with every kind of limit, for the tests of the throttles."""

from typing import ClassVar

from django.urls import URLPattern, URLResolver, include, path
from rest_framework.request import Request
from rest_framework.response import Response

from common import rules
from common.api.rate_scopes import LOGIN, OTP_IP, OTP_PHONE, PAYMENTS
from common.api.views import ApiView


class OpenView(ApiView):
    rules: ClassVar = {"get": rules.anyone, "post": rules.anyone}

    def get(self, request: Request) -> Response:
        return Response({"here": True})

    def post(self, request: Request) -> Response:
        return Response({"got": request.data})


class LoginView(OpenView):
    rate_scopes: ClassVar = {"post": (LOGIN,)}


class OtpView(OpenView):
    rate_scopes: ClassVar = {"post": (OTP_PHONE, OTP_IP)}


class PaymentView(OpenView):
    rate_scopes: ClassVar = {"post": (PAYMENTS,)}


class StaffView(OpenView):
    rules: ClassVar = {"get": rules.staff}


class UnlimitedView(OpenView):
    throttle_classes = ()


limited = [
    path("open", OpenView.as_view()),
    path("login", LoginView.as_view()),
    path("otp", OtpView.as_view()),
    path("payment", PaymentView.as_view()),
    path("staff", StaffView.as_view()),
    path("unlimited", UnlimitedView.as_view()),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/limited/", include(limited)),
    path("", include("config.urls")),
]

handler404 = "common.api.error_views.page_not_found"
handler500 = "common.api.error_views.server_error"
