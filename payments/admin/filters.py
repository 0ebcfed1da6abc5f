"""Filters of the lists of money."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from payments.gateways.registry import gateway_names


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


class RunGatewayFilter(GatewayFilter):
    column = "run__gateway"
