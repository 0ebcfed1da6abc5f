"""Lists a specialist, or takes the listing back, from the command line."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User, normal_email
from catalog.services.specialists import own_specialist, unverify_specialist, verify_specialist
from common.errors import PermissionDenied


class Command(BaseCommand):
    help = "Verifies the specialist with this e-mail address, who is listed and bookable from then on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--reason", default="verified on the command line", help="kept in the audit log")
        parser.add_argument("--undo", action="store_true", help="take the verification back")

    def handle(self, *args: Any, email: str, reason: str, undo: bool, **options: Any) -> None:
        user = User.objects.active().filter(email=normal_email(email)).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        try:
            specialist = own_specialist(user)
        except PermissionDenied:
            raise CommandError(f"{email} has not registered as a specialist.") from None
        if undo:
            unverify_specialist(specialist, actor=None, reason=reason)
            self.stdout.write(f"{specialist} is no longer listed.")
        else:
            verify_specialist(specialist, actor=None, reason=reason)
            self.stdout.write(f"{specialist} is verified.")
