"""Endpoints whose only effect is a row in `probe_effect`, a table that nothing keeps from holding doubles."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from django.contrib import admin
from django.db import connection, transaction
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.idempotency import Phases, idempotent, idempotent_in_phases
from common.api.views import ApiView
from common.errors import (
    BusinessRuleViolation,
    Conflict,
    NotFound,
    PaymentFailed,
    ServiceUnavailable,
    ValidationFailed,
)
from common.rules import anyone, signed_in

ERRORS: dict[str, type[Exception] | None] = {
    "400": ValidationFailed,
    "402": PaymentFailed,
    "404": NotFound,
    "409": Conflict,
    "422": BusinessRuleViolation,
    "503": ServiceUnavailable,
    "500": RuntimeError,
}


@contextmanager
def effects_table() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS probe_effect")
        cursor.execute("CREATE TABLE probe_effect (number int GENERATED ALWAYS AS IDENTITY, kind text)")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE probe_effect")


def have_effect(kind: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO probe_effect (kind) VALUES (%s) RETURNING number", [kind])
        return int(cursor.fetchone()[0])


def effects() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM probe_effect ORDER BY number")
        return [kind for (kind,) in cursor.fetchall()]


def raise_wanted(request: Request) -> None:
    """Raises what the body asks for under `fail`."""
    body = request.data
    error = ERRORS[body["fail"]] if isinstance(body, dict) and "fail" in body else None
    if error is not None:
        raise error


class Orders(ApiView):
    rules: ClassVar = {"post": signed_in, "put": signed_in}

    @idempotent(required=True)
    def post(self, request: Request, **kwargs: Any) -> Response:
        with transaction.atomic():
            number = have_effect("order")
        raise_wanted(request)
        return Response({"order_number": number}, status=201, headers={"Location": f"/api/v1/orders/{number}"})

    put = post


class Notes(ApiView):
    rules: ClassVar = {"post": anyone}

    @idempotent(required=False)
    def post(self, request: Request) -> Response:
        return Response({"number": have_effect("note")})


class Charges(ApiView):
    """Calls a gateway between two transactions, as payments do. The gateway honours our key, as gateways do."""

    rules: ClassVar = {"post": signed_in}

    @idempotent_in_phases
    def post(self, request: Request, phases: Phases) -> Response:
        if not phases.recovery_point:
            with transaction.atomic():
                phases.reach("intent_created", intent=have_effect("intent"))
        intent = phases.recovery_data["intent"]
        raise_wanted(request)
        with transaction.atomic():
            have_effect("charge")
            return phases.store(Response({"intent": intent}, status=201))


class Receipts(ApiView):
    """Stores nothing itself."""

    rules: ClassVar = {"post": signed_in}

    @idempotent_in_phases
    def post(self, request: Request, phases: Phases) -> Response:
        raise_wanted(request)
        return Response({"number": have_effect("receipt")})


urlpatterns = [
    # Middleware asks where the back office is.
    path("admin/", admin.site.urls),
    path("api/v1/orders", Orders.as_view()),
    path("api/v1/orders/<int:number>", Orders.as_view()),
    path("api/v1/notes", Notes.as_view()),
    path("api/v1/charges", Charges.as_view()),
    path("api/v1/receipts", Receipts.as_view()),
]
