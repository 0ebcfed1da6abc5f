from django.urls import URLPattern, URLResolver, path

from common.api.routers import ApiRouter
from notifications.api.views import ContactView, DevicesView, DeviceViewSet, NotificationViewSet, PreferencesView

router = ApiRouter()
router.register("notifications", NotificationViewSet, basename="notification")
router.register("notifications/devices", DeviceViewSet, basename="device")

urlpatterns: list[URLPattern | URLResolver] = [
    path("notifications/preferences", PreferencesView.as_view(), name="preferences"),
    path("notifications/devices", DevicesView.as_view(), name="devices"),
    path("contact", ContactView.as_view(), name="contact"),
    *router.urls,
]
