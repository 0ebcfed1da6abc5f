from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
    verbose_name = "Messages"

    def ready(self) -> None:
        # The checks register themselves when they are imported.
        from notifications import checks  # noqa: F401, PLC0415
