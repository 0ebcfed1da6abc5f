"""The query string as a map of single values, in the declared spelling."""

from typing import Any

from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from common.casing import spellings


def parameters(request: Request) -> dict[str, str]:
    """Each parameter's one value. One that is given twice with different values is refused."""
    return {name: _only(name, request.query_params.getlist(name)) for name in request.query_params}


def declared_parameters(request: Request, names: Any) -> dict[str, str]:
    """The parameters under their declared names, both spellings read; any other is refused by name."""
    accepted = spellings(names)
    declared: dict[str, str] = {}
    refused: dict[str, list[ErrorDetail]] = {}
    for spelling, value in parameters(request).items():
        name = accepted.get(spelling)
        if name is None:
            refused[spelling[:100]] = [ErrorDetail("This parameter is not known here.", "unknown_field")]
        elif declared.setdefault(name, value) != value:
            refused[name] = [ErrorDetail("Both spellings are given, with different values.", "ambiguous")]
    if refused:
        raise ValidationError(refused)
    return declared


def _only(name: str, values: list[str]) -> str:
    if len(set(values)) > 1:
        raise ValidationError({name[:100]: [ErrorDetail("This parameter is given twice.", "ambiguous")]})
    return values[0]
