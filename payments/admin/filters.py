"""Filters of the lists of money."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from payments.enums import Destination
from payments.gateways.registry import gateway_names
from payments.models import Refund


class GatewayFilter(admin.SimpleListFilter):
    """The gateways that are in use; what was paid at others is found by the search."""

    title = "gateway"
    parameter_name = "gateway"
    # Where a row says at which gateway it is.
    column = "gateway"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name.capitalize()) for name in gateway_names()]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class RefundGatewayFilter(GatewayFilter):
    column = "payment__gateway"


class DisputedFilter(admin.SimpleListFilter):
    """What a bank took back stays lost, and credit that was given for it stays the customer's: people have a look."""

    title = "dispute"
    parameter_name = "dispute"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("any", "Disputed"), ("credit", "Disputed, and given back as credit")]

    def queryset(self, request: HttpRequest, queryset: models.QuerySet[Any]) -> models.QuerySet[Any]:
        if not self.value():
            return queryset
        disputed = queryset.filter(disputed_minor__gt=0)
        if self.value() != "credit":
            return disputed
        given = Refund.objects.filter(payment=OuterRef("pk"), destination=Destination.CREDIT, status="succeeded")
        return disputed.filter(Exists(given))


class RunGatewayFilter(GatewayFilter):
    column = "run__gateway"
