"""`announce 2000`: announces so many events in transactions of one to four."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from common.events import publish


class Command(BaseCommand):
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("total", type=int)

    def handle(self, *, total: int, **options: Any) -> None:
        number = 0
        while number < total:
            with transaction.atomic():
                for _ in range(min(number % 4 + 1, total - number)):
                    publish("probe.happened", f"p{number}", {"n": number})
                    number += 1
            # Spread over some seconds, so that kills hit the announcing too.
            time.sleep(0.01)
