"""Misbehaviour on command, so that what can go wrong between two systems can be seen to go wrong here."""

import random
from collections.abc import Callable, Collection
from functools import wraps
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from payments.sandbox.enums import OF_CALLS, WRITES, FaultKind, Verb
from payments.sandbox.errors import SandboxBroken, SandboxTimedOut
from payments.sandbox.models import SandboxFault

FOREVER = 1_000_000_000
NONSENSE: dict[str, Any] = {"page": "<!DOCTYPE html><title>502 Bad Gateway</title>"}


def misbehave(kind: FaultKind, *, times: int = FOREVER, percent: int = 100, verb: str = "") -> SandboxFault:
    return SandboxFault.objects.create(kind=kind, left=times, percent=percent, verb=verb)


def clear_faults() -> None:
    SandboxFault.objects.all().delete()


@transaction.atomic
def next_fault(kinds: Collection[FaultKind], verb: Verb | None = None) -> FaultKind | None:
    """The oldest fault that is asked for and strikes this time, used up by one."""
    asked = SandboxFault.objects.select_for_update().filter(kind__in=kinds, left__gt=0).order_by("id")
    if verb is not None:
        asked = asked.filter(Q(verb=verb) | Q(verb="") if verb in WRITES else Q(verb=verb))
    for fault in asked:
        if fault.percent == 100 or random.random() * 100 < fault.percent:  # noqa: S311 - chance, not a secret
            SandboxFault.objects.filter(pk=fault.pk).update(left=F("left") - 1)
            return FaultKind(fault.kind)
    return None


def answers_for(verb: Verb) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """A call of the sandbox's API: what it did is committed before it fails to say so."""

    def wrap(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def called(*args: Any, **kwargs: Any) -> Any:
            fault = next_fault(OF_CALLS, verb)
            if fault is FaultKind.ERROR:
                raise SandboxBroken("500")
            with transaction.atomic():
                answer = function(*args, **kwargs)
            if fault is FaultKind.TIME_OUT:
                raise SandboxTimedOut("no answer")
            return NONSENSE if fault is FaultKind.NONSENSE else answer

        return called

    return wrap
