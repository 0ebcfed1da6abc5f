from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        # They register themselves when they are imported.
        from accounts import checks  # noqa: F401, PLC0415
