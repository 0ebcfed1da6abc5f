from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        # They register themselves when they are imported.
        from payments import checks  # noqa: F401, PLC0415
