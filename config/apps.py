from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class AlmanacConfig(AppConfig):
    name = "config"
    verbose_name = "Almanac"

    def ready(self) -> None:
        # The Celery application must exist before any task is declared or enqueued.
        # The checks register themselves when they are imported.
        from config import celery, checks  # noqa: F401, PLC0415


class BackOfficeConfig(AdminConfig):
    default_site = "config.admin_site.BackOffice"

    def ready(self) -> None:
        super().ready()
        # Their pages show keys and codes; people's devices are reset on the people's page.
        for label in ("otp_totp.TOTPDevice", "otp_static.StaticDevice"):
            admin.site.unregister(apps.get_model(label))
