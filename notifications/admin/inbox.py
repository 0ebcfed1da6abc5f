"""What people were told, and the devices that take push messages."""

from django.contrib import admin

from common.admin.base import ReadOnlyModelAdmin
from common.admin.decorators import display
from notifications.models import Device, Notification


@admin.register(Notification)
class NotificationAdmin(ReadOnlyModelAdmin):
    list_display = ("created_at", "recipient", "title", "topic", "state")
    list_select_related = ("recipient",)
    list_filter = ("topic", ("kind", admin.AllValuesFieldListFilter))
    search_fields = ("=recipient__email", "=recipient__id", "=event_key", "=id")
    search_help_text = "A person's e-mail address or id, an event's key or an entry's id"
    ordering = ("-id",)
    fields = ("recipient", "kind", "topic", "title", "message", "data", "event_key", "created_at", "read_at")

    @display(description="State", label={"unread": "info"})
    def state(self, entry: Notification) -> str:
        return "read" if entry.is_read else "unread"


@admin.register(Device)
class DeviceAdmin(ReadOnlyModelAdmin):
    """The token stays hidden: whoever holds it can send anything to that telephone."""

    list_display = ("user", "platform", "ending", "seen_at", "created_at")
    list_select_related = ("user",)
    list_filter = ("platform",)
    search_fields = ("=user__email", "=user__id", "=id")
    search_help_text = "A person's e-mail address or id, or a device's id"
    ordering = ("-id",)
    fields = ("user", "platform", "ending", "seen_at", "created_at")
    readonly_fields = ("ending",)

    @display(description="Token")
    def ending(self, device: Device) -> str:
        return f"…{device.token[-4:]}"
