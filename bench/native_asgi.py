"""Django's own ASGI handler, which the project never serves; it exists so that `bin/bench` can show what it costs."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()
