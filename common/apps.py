from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class CommonConfig(AppConfig):
    name = "common"
    verbose_name = "Platform"

    def ready(self) -> None:
        # Whoever publishes an event must know who is subscribed to it.
        autodiscover_modules("subscribers")
