"""The theme's two decorators, with types, and with what every action and column of ours must say."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

from unfold import decorators

Method = TypeVar("Method", bound=Callable[..., Any])


def action(*, description: str, permissions: Sequence[str]) -> Callable[[Method], Method]:
    """An action whose permissions are checked when the page is drawn and again when it is posted.

    `permissions` has no default: an action that anybody may run who may see the list says so with `["view"]`.
    """
    return cast("Callable[[Method], Method]", decorators.action(description=description, permissions=permissions))


def display(
    *,
    description: str,
    ordering: str | None = None,
    label: Mapping[str, str] | None = None,
    header: bool | None = None,
) -> Callable[[Method], Method]:
    """A column. `label` colours its values as badges; `header` shows title, subtitle and initials."""
    return cast(
        "Callable[[Method], Method]",
        decorators.display(description=description, ordering=ordering, label=label, header=header),
    )
