"""The page that people see first, and the figures for specialists and for staff."""

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from bookings.api.serializers.dashboards import (
    DashboardSerializer,
    PlatformMetricsSerializer,
    SpecialistDashboardSerializer,
    shown_dashboard,
    shown_platform,
    shown_specialist,
)
from bookings.selectors.analytics import platform_figures, specialist_figures
from bookings.selectors.dashboards import dashboard_of
from catalog.services.specialists import own_specialist
from common.api.views import ApiView
from common.rules import signed_in, staff


class DashboardView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="dashboard",
        summary="Me, my addresses, my latest bookings and messages",
        responses=DashboardSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(shown_dashboard(dashboard_of(caller_of(request))))


class SpecialistDashboardView(ApiView):
    rules: ClassVar = {"get": signed_in}

    @extend_schema(
        operation_id="specialist_dashboard",
        summary="My figures as a specialist",
        responses=SpecialistDashboardSerializer,
    )
    def get(self, request: Request) -> Response:
        specialist = own_specialist(caller_of(request))
        return Response(shown_specialist(specialist, specialist_figures(specialist)))


class PlatformMetricsView(ApiView):
    rules: ClassVar = {"get": staff}

    @extend_schema(
        operation_id="platform_metrics",
        summary="The platform's figures",
        responses=PlatformMetricsSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(shown_platform(platform_figures()))
