"""Who may do what, beyond `common.rules`: services by their scopes."""

from collections.abc import Callable
from typing import Any

from accounts.enums import ServiceScope


def service_with_scope(scope: ServiceScope) -> Callable[[Any], bool]:
    """Services that were given this scope. People are none, whoever they are: `service_scopes` is what tells them."""

    def rule(caller: Any) -> bool:
        return scope in getattr(caller, "service_scopes", ())

    return rule


def is_service(caller: Any) -> bool:
    return hasattr(caller, "service_scopes")
