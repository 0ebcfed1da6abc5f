"""What is made anew for every test client or test although no test changes it.

A middleware chain looks through all static files when it is made, and a URLconf resolves half a thousand patterns: with
one of each per test they were a third of what the whole suite cost.
"""

from collections.abc import Callable
from typing import Any

import django.urls
from django.conf import settings
from django.core.handlers.base import BaseHandler
from django.core.signals import setting_changed
from django.test.client import ClientHandler
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]  # it has no types

_chains: dict[str, Callable[..., Any]] = {}
_files: dict[str, Any] = {}
_find_files = WhiteNoiseMiddleware.add_files_from_finders


def keep_between_tests() -> None:
    # Resolvers are remembered by the name of their URLconf, so another test's are never mistaken for this one's.
    django.urls.clear_url_caches = _nothing
    ClientHandler.load_middleware = _load_middleware_once  # type: ignore[method-assign, assignment]  # that is the point
    WhiteNoiseMiddleware.add_files_from_finders = _find_files_once
    # Middleware reads its settings when it is made.
    setting_changed.connect(_forget)


def _nothing() -> None:
    pass


def _load_middleware_once(handler: BaseHandler, is_async: bool = False) -> None:
    """Whether CSRF is checked is said to each request by the client's own handler, so the chain is anybody's."""
    if settings.ROOT_URLCONF not in _chains:
        BaseHandler.load_middleware(handler, is_async)
        _chains[settings.ROOT_URLCONF] = handler._middleware_chain  # type: ignore[attr-defined]  # not in the stubs
    handler._middleware_chain = _chains[settings.ROOT_URLCONF]  # type: ignore[attr-defined]


def _find_files_once(middleware: Any) -> None:
    if not _files:
        _find_files(middleware)
        _files.update(middleware.files)
    middleware.files.update(_files)


def _forget(*, setting: str, **_kwargs: Any) -> None:
    _chains.clear()
    if setting.startswith(("STATIC", "STORAGES", "WHITENOISE", "DEBUG")):
        _files.clear()
