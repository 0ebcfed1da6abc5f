"""Production processes ask themselves before they serve: is anything configured that must not be?"""

import sys

from django.conf import settings
from django.core import checks

from config.checks import TAG


def refuse_misconfiguration() -> None:
    """Ends a production process with a readable list if a system check finds an error; returns at once elsewhere.

    Called by every process that serves (web, websockets, worker, beat). Commands of manage.py run the same checks by
    themselves.
    """
    if not settings.PRODUCTION:
        return
    # Of Django's own checks only those that need no database: one that is down is no misconfiguration.
    found = checks.run_checks(include_deployment_checks=True)
    found += [message for message in checks.run_checks(tags=[TAG], databases=["default"]) if message not in found]
    errors = sorted((message for message in found if message.is_serious()), key=lambda message: str(message.id))
    if errors:
        sys.exit(_as_list(errors))


def _as_list(errors: list[checks.CheckMessage]) -> str:
    lines = [f"Almanac does not start: {len(errors)} settings would make production unsafe."]
    lines += [f"  {error.id}: {error.msg}\n      {error.hint or ''}".rstrip() for error in errors]
    return "\n".join([*lines, "Every variable is explained in .env.example."])
