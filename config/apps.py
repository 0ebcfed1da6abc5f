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


# What the pages of other people's models are called here, as the sidebar says. Their migrations do not see it.
OUR_NAMES = {"auth.Group": ("role", "roles"), "axes.AccessAttempt": ("failed sign-in", "failed sign-ins")}


class BackOfficeConfig(AdminConfig):
    default_site = "config.admin_site.BackOffice"

    def ready(self) -> None:
        super().ready()
        # Their pages show keys and codes; people's devices are reset on the people's page.
        for label in ("otp_totp.TOTPDevice", "otp_static.StaticDevice"):
            admin.site.unregister(apps.get_model(label))
        for label, (one, many) in OUR_NAMES.items():
            model = apps.get_model(label)
            model._meta.verbose_name, model._meta.verbose_name_plural = one, many
            apps.get_app_config(model._meta.app_label).verbose_name = apps.get_app_config("accounts").verbose_name
