"""What is offered, for everybody."""

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.filters import ResourceFilterSet, SpecialistFilterSet
from catalog.api.serializers.listings import (
    CategoriesSerializer,
    ResourceSerializer,
    ServicePageSerializer,
    ServiceSerializer,
    SpecialistPageSerializer,
    SpecialistSerializer,
)
from catalog.api.serializers.reviews import LatestReviewSerializer
from catalog.api.views.availability import shown_slots
from catalog.models import Resource, Service, Specialist
from catalog.selectors.listings import (
    categories_with_counts,
    next_slots,
    resources_in_full,
    services_in_full,
    specialists_in_full,
)
from catalog.selectors.reviews import latest_reviews_of
from common.api.views import ApiView
from common.api.viewsets import ReadViewSet
from common.errors import NotFound
from common.rules import anyone


class CategoriesView(ApiView):
    rules: ClassVar = {"get": anyone}

    @extend_schema(
        operation_id="service_categories",
        summary="The categories, with how much each of them holds",
        responses=CategoriesSerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(CategoriesSerializer({"categories": categories_with_counts()}).data)


class ServiceView(ApiView):
    """A service with who offers it, what was said of it, and when it can be had next."""

    rules: ClassVar = {"get": anyone}

    @extend_schema(operation_id="service", summary="A service", responses=ServicePageSerializer)
    def get(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        visible = services_in_full(Service.objects.visible_to(request.user))
        service = visible.filter(pk=id).first()
        if service is None:
            raise NotFound
        page = {
            **ServiceSerializer(service).data,
            "reviews": _latest_reviews(service),
            "availability": _availability(service),
        }
        return Response(page)


@extend_schema_view(
    list=extend_schema(operation_id="specialists", summary="Who can be booked"),
    retrieve=extend_schema(
        operation_id="specialist",
        summary="A specialist, with what was said of them last",
        responses=SpecialistPageSerializer,
    ),
)
class SpecialistViewSet(ReadViewSet):
    model = Specialist
    serializer_class = SpecialistSerializer
    filterset_class = SpecialistFilterSet
    list_name = "specialists"
    rules: ClassVar = {"list": anyone, "retrieve": anyone}

    def get_queryset(self) -> Any:
        """Only who can be booked; oneself in any state is at `/specialists/profile`."""
        visible: Any = super().get_queryset()
        return specialists_in_full(visible.listed())

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        specialist = self.get_object()
        return Response({**SpecialistSerializer(specialist).data, "reviews": _latest_reviews(specialist)})


@extend_schema_view(
    list=extend_schema(operation_id="resources", summary="Rooms and things that can be booked"),
    retrieve=extend_schema(operation_id="resource", summary="A room or a thing"),
)
class ResourceCatalogViewSet(ReadViewSet):
    model = Resource
    serializer_class = ResourceSerializer
    filterset_class = ResourceFilterSet
    list_name = "resources"
    rules: ClassVar = {"list": anyone, "retrieve": anyone}

    def get_queryset(self) -> Any:
        return resources_in_full(super().get_queryset())


def _latest_reviews(reviewed: Specialist | Service) -> Any:
    return LatestReviewSerializer(latest_reviews_of(reviewed), many=True).data


def _availability(service: Service) -> dict[str, Any] | None:
    if service.owner is None:
        return None
    calendar = service.owner.calendar
    return {"timezone": calendar.timezone, "next_slots": shown_slots(next_slots(calendar, service), calendar.zone)}
