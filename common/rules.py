"""Predicates that need no business word: who may call at all. Each app's `rules.py` adds its own."""

from typing import Any


def anyone(_user: Any) -> bool:
    """Open to everybody, also without a token."""
    return True


def signed_in(user: Any) -> bool:
    return bool(user.is_authenticated)


def staff(user: Any) -> bool:
    return bool(user.is_authenticated and user.is_staff)
