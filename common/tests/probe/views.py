from typing import Any, ClassVar

import psycopg.errors
import redis.exceptions
from django.contrib.auth.models import AnonymousUser
from django.core import exceptions as django_errors
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions as drf
from rest_framework.request import Request
from rest_framework.response import Response

from common import errors
from common.api.envelope import Message
from common.api.parsers import StrictMultiPartParser
from common.api.versions import etag_of, require_version
from common.api.views import ApiView
from common.api.viewsets import WriteViewSet
from common.rules import anyone, signed_in, staff
from common.tests.probe.filters import PersonFilterSet
from common.tests.probe.models import Person
from common.tests.probe.serializers import EchoSerializer, PersonSerializer, UploadSerializer


class EchoView(ApiView):
    """Reads a body and shows what was understood."""

    rules: ClassVar = {"post": anyone, "get": anyone}

    @extend_schema(responses=EchoSerializer)
    def get(self, request: Request) -> Response:
        return Response({"full_name": "Alice", "working_hours": {"monday": [{"start_time": "09:00"}]}})

    @extend_schema(request=EchoSerializer, responses=EchoSerializer)
    def post(self, request: Request) -> Response:
        serializer = EchoSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        return Response(EchoSerializer(serializer.validated_data).data if serializer.validated_data else {})


class UploadView(ApiView):
    rules: ClassVar = {"post": anyone}
    parser_classes = (StrictMultiPartParser,)

    @extend_schema(request=UploadSerializer, responses={200: dict})
    def post(self, request: Request) -> Response:
        serializer = UploadSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"size": serializer.validated_data["file"].size})


class PeopleViewSet(WriteViewSet):
    model = Person
    serializer_class = PersonSerializer
    filterset_class = PersonFilterSet
    list_name = "people"
    rules: ClassVar = {
        "list": signed_in,
        "retrieve": signed_in,
        "create": staff,
        "partial_update": signed_in,
        "destroy": signed_in,
    }
    object_rules: ClassVar = {"destroy": lambda user, _person: user.is_staff}

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        person = self.get_object()
        return Response(self.shown(person), headers={"ETag": etag_of(person)})

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        person = self.get_object()
        require_version(request, person)
        return Response(self.shown(self.perform_update(self.valid_input(person, partial=True))))


class ByNameView(ApiView):
    """Looks a text of the path up in the database."""

    rules: ClassVar = {"get": anyone}

    @extend_schema(responses={200: dict})
    def get(self, request: Request, name: str) -> Response:
        return Response({"found": Person.objects.filter(first_name=name).count()})


class UnruledView(ApiView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        return Response({"secret": True})


class SignOutView(ApiView):
    rules: ClassVar = {"post": anyone}

    @extend_schema(request=None, responses=None)
    def post(self, request: Request) -> Response:
        return Response(Message("You are signed out."))


def _timed_out() -> OperationalError:
    error = OperationalError("canceling statement due to lock timeout on secret_table")
    error.__cause__ = psycopg.errors.LockNotAvailable()
    return error


RAISED: dict[str, Exception] = {
    "conflict": errors.Conflict(extra={"conflicts": [{"start_time": "2026-01-20T04:30:00Z"}]}),
    "payment": errors.PaymentFailed(),
    "throttled": drf.Throttled(wait=3.2),
    "denied": django_errors.PermissionDenied("secret reason"),
    "missing": Http404("secret path"),
    "suspicious": django_errors.SuspiciousOperation("secret cookie"),
    "too_big": django_errors.RequestDataTooBig("secret size"),
    "invalid": django_errors.ValidationError({"start_time": ["It is in the past."]}),
    "not_accepted": drf.NotAcceptable(),
    "lock_timeout": _timed_out(),
    "redis_down": redis.exceptions.ConnectionError("secret host"),
    "unstorable": DataError("secret column"),
    "crash": RuntimeError("secret detail"),
}


class RaisingView(ApiView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(responses=None)
    def get(self, request: Request, name: str) -> Response:
        raise RAISED[name]


def raising_page(request: HttpRequest, name: str) -> HttpResponse:
    """The same outside of DRF."""
    request.user = AnonymousUser()
    raise RAISED[name]
