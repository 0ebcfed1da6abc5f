"""A service, its keys, and endpoints for it that answer who they think is calling."""

from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

import jwt
from django.test import Client
from django.urls import URLPattern, URLResolver, include, path
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.service_views import InternalView, ServiceView, person_acted_for, person_named, service_of
from accounts.enums import ServiceScope
from accounts.models import ServiceAccount, User
from accounts.rules import service_with_scope
from accounts.services import NewKey, add_key
from common import clock
from common.api.idempotency import idempotent
from common.api.rate_scopes import BOOKING_CREATION

SERVICES = "/api/v1/services"
KEY = "alm_" + "k" * 43


def clinic(*scopes: ServiceScope, name: str = "Clinic", **fields: Any) -> ServiceAccount:
    return ServiceAccount.objects.create(name=name, scopes=list(scopes), **fields)


def keyed(service: ServiceAccount, key: str = KEY) -> NewKey:
    return add_key(service, key=key)


def calling(credentials: str, **headers: str) -> Client:
    return Client(headers={"Authorization": credentials, **headers})


def with_key(key: str = KEY, **headers: str) -> Client:
    return calling(f"Api-Key {key}", **headers)


def signed(new: NewKey, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token of the service, good for a minute unless the claims say otherwise; None takes a claim away."""
    now = clock.now()
    said = {
        "iss": str(new.service_id),
        "iat": int(now.timestamp()),
        "exp": int((now + timedelta(minutes=1)).timestamp()),
    } | claims
    said = {name: value for name, value in said.items() if value is not None}
    return jwt.encode(said, new.secret, algorithm="HS256", headers=header)


class WhoView(ServiceView):
    rules: ClassVar = {
        "get": service_with_scope(ServiceScope.APPOINTMENTS_READ),
        "post": service_with_scope(ServiceScope.APPOINTMENTS_WRITE),
    }
    rate_scopes: ClassVar = {"post": (BOOKING_CREATION,)}

    def get(self, request: Request) -> Response:
        caller = service_of(request)
        return Response({"service": str(caller), "acts_for": caller.acts_for and caller.acts_for.first_name})

    @idempotent(required=False)
    def post(self, request: Request) -> Response:
        return Response({"booked_for": person_acted_for(request).first_name})


class ClientView(ServiceView):
    rules: ClassVar = {"get": service_with_scope(ServiceScope.APPOINTMENTS_READ)}

    def get(self, request: Request, pk: UUID) -> Response:
        return Response({"client": person_named(request, pk).first_name})


class DispatchView(InternalView):
    rules: ClassVar = {"get": service_with_scope(ServiceScope.INTERNAL_DISPATCH)}

    def get(self, request: Request) -> Response:
        return Response({"queue": []})


services = [
    path("who", WhoView.as_view()),
    path("clients/<uuid:pk>", ClientView.as_view()),
    path("internal", DispatchView.as_view()),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/services/", include(services)),
    path("", include("config.urls")),
]

handler404 = "common.api.error_views.page_not_found"
handler500 = "common.api.error_views.server_error"


def person(name: str, **fields: Any) -> User:
    somebody: User = User.objects.create(email=f"{name.lower()}@example.com", first_name=name, **fields)
    return somebody
