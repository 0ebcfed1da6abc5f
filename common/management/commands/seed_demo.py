"""Loads the demo world; `--scale` makes it large."""

import time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils.module_loading import import_string

from common import clock
from common.management.demo import DemoWorld

LARGEST_SCALE = 1_000


class Command(BaseCommand):
    help = "Adds what is missing of the demo world. Calling it again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--scale",
            type=int,
            default=1,
            help="how large: 1 is the demo, N adds a crowd of N thousand customers and what belongs to them",
        )

    def handle(self, *, scale: int, **_options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("The demo world has logins whose passwords everybody knows; production never gets it.")
        if not 1 <= scale <= LARGEST_SCALE:
            raise CommandError(f"--scale must be from 1 to {LARGEST_SCALE}.")
        began = time.monotonic()
        world = DemoWorld(scale=scale, today=clock.today(ZoneInfo(settings.BUSINESS_TIME_ZONE)))
        for seeder in settings.DEMO_SEEDERS:
            with transaction.atomic():
                import_string(seeder)(world)
        self.stdout.write(f"The demo world stands ({time.monotonic() - began:.1f} s).")
