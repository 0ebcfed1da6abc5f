"""Makes the sandbox gateway misbehave, and behave again."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from payments.sandbox import services
from payments.sandbox.enums import FaultKind, Verb
from payments.sandbox.errors import SandboxRefused
from payments.sandbox.selectors import standing_faults
from payments.sandbox.services.faults import FOREVER


class Command(BaseCommand):
    help = (
        "Makes the sandbox gateway misbehave: "
        + "; ".join(f"{kind.value}: {kind.label}" for kind in FaultKind)
        + ". `behave` ends all of it, `list` tells what is asked for, `dispute` disputes an order."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=[*FaultKind.values, "behave", "list", "dispute"])
        parser.add_argument("--times", type=int, default=1, help="how often; 0 is for ever")
        parser.add_argument("--percent", type=int, default=100, help="in how many of a hundred cases")
        parser.add_argument("--verb", choices=Verb.values, default="", help="only for this call")
        parser.add_argument("--order", default="", help="the order that is disputed")
        parser.add_argument("--amount", type=int, default=1, help="how much of it, in minor units")

    def handle(self, *_args: Any, what: str, **options: Any) -> None:
        if "sandbox" not in settings.PAYMENT_GATEWAYS:
            raise CommandError("There is no sandbox here: PAYMENT_GATEWAYS does not name it.")
        if what == "behave":
            services.clear_faults()
        elif what == "dispute":
            self._dispute(options["order"], options["amount"])
        elif what != "list":
            self._misbehave(FaultKind(what), options)
        lines = [str(fault) for fault in standing_faults()]
        self.stdout.write("\n".join(lines) if lines else "The sandbox behaves.")

    def _misbehave(self, kind: FaultKind, options: dict[str, Any]) -> None:
        if options["times"] < 0 or not 1 <= options["percent"] <= 100:
            raise CommandError("--times is not negative, and --percent is from 1 to 100.")
        services.misbehave(kind, times=options["times"] or FOREVER, percent=options["percent"], verb=options["verb"])

    def _dispute(self, order: str, amount: int) -> None:
        try:
            services.dispute_order(order, amount)
        except SandboxRefused as refused:
            raise CommandError(refused.message) from refused
