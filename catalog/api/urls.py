from django.urls import URLPattern, URLResolver, path

from catalog.api.views.availability import (
    AvailabilityView,
    BulkAvailabilityView,
    ConflictsView,
    OwnSlotsView,
    ResourceSlotsView,
    SpecialistSlotsView,
)
from catalog.api.views.listings import CategoriesView, ResourceCatalogViewSet, ServiceView, SpecialistViewSet
from catalog.api.views.own import OwnServiceViewSet, ProfileView, WorkingHoursView
from catalog.api.views.platform_catalog import CatalogView
from catalog.api.views.search import SearchView
from catalog.api.views.time_off import TimeOffViewSet

blocks = TimeOffViewSet.as_view({"get": "list", "post": "create"})
resources = ResourceCatalogViewSet.as_view({"get": "list"})
resource = ResourceCatalogViewSet.as_view({"get": "retrieve"})
specialists = SpecialistViewSet.as_view({"get": "list"})
specialist = SpecialistViewSet.as_view({"get": "retrieve"})
own_services = OwnServiceViewSet.as_view({"get": "list", "post": "create"})
own_service = OwnServiceViewSet.as_view({"put": "update", "patch": "partial_update", "delete": "destroy"})
block = TimeOffViewSet.as_view({"delete": "destroy"})

urlpatterns: list[URLPattern | URLResolver] = [
    path("availability", AvailabilityView.as_view(), name="availability"),
    path("availability/bulk", BulkAvailabilityView.as_view(), name="availability-bulk"),
    path("conflicts", ConflictsView.as_view(), name="conflicts"),
    path("resources", resources, name="resources"),
    path("resources/<uuid:pk>", resource, name="resource"),
    path("resources/<uuid:id>/availability", ResourceSlotsView.as_view(), name="resource-availability"),
    path("services/catalog", CatalogView.as_view(), name="service-catalog"),
    path("services/categories", CategoriesView.as_view(), name="service-categories"),
    path("services/search", SearchView.as_view(), name="service-search"),
    path("services/<uuid:id>", ServiceView.as_view(), name="service"),
    path("specialists", specialists, name="specialists"),
    path("specialists/profile", ProfileView.as_view(), name="own-specialist"),
    path("specialists/services", own_services, name="own-services"),
    path("specialists/services/<uuid:pk>", own_service, name="own-service"),
    path("specialists/working-hours", WorkingHoursView.as_view(), name="own-hours"),
    path("specialists/<uuid:pk>", specialist, name="specialist"),
    path("specialists/availability", OwnSlotsView.as_view(), name="own-availability"),
    path("specialists/availability/block", blocks, name="blocks"),
    path("specialists/availability/block/<uuid:pk>", block, name="block"),
    path("specialists/<uuid:id>/availability", SpecialistSlotsView.as_view(), name="specialist-availability"),
]
