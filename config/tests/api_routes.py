"""The routes of the API, as the OpenAPI document tells them and as they are served."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ROOT = "/api/v1"
METHODS = ("get", "post", "put", "patch", "delete")
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>|\(\?P<(\w+)>[^)]*\)")


def described_routes(schema: Any) -> set[str]:
    """`GET /users/addresses/{id}` for each operation of the document."""
    return {
        f"{method.upper()} {path.removeprefix(ROOT)}"
        for path, operations in schema["paths"].items()
        for method in operations
        if method in METHODS
    }


def served_routes() -> set[str]:
    """The same for each view under the API's root, whatever the document says of it."""
    return {
        f"{method.upper()} {path.removeprefix(ROOT)}"
        for path, view in _views("/", get_resolver().url_patterns)
        if path.startswith(f"{ROOT}/")
        for method in _methods(view)
    }


def _views(prefix: str, patterns: Iterable[URLPattern | URLResolver]) -> Iterator[tuple[str, Any]]:
    for pattern in patterns:
        path = prefix + _readable(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _views(path, pattern.url_patterns)
        else:
            yield path, pattern.callback


def _readable(pattern: str) -> str:
    """Routes of one id call it `id`, as the document does, whatever the view's word for it is."""
    named = _PARAMETER.sub(lambda found: "{" + (found[1] or found[2]) + "}", pattern)
    return named.replace("{pk}", "{id}").strip("^$").removesuffix("\\Z")


def _methods(view: Any) -> list[str]:
    actions = getattr(view, "actions", None)
    if actions:
        return [method for method in actions if method in METHODS]
    kind = getattr(view, "cls", None) or view.view_class
    return [method for method in METHODS if method in kind.http_method_names and hasattr(kind, method)]
