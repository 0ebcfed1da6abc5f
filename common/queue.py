"""Tasks are declared and enqueued by name, so no module imports its own tasks.

A queued task is a nudge and never the only trace of work to be done: the broker may lose or repeat it. What must
happen stands in PostgreSQL (the outbox, due times) and a sweep finds it there.
"""

import logging
from collections.abc import Callable
from typing import Any

import kombu.exceptions
from celery import Task, current_app, shared_task  # noqa: TID251 - this module is what everybody else uses
from django.conf import settings
from django.db import transaction
from django.utils.module_loading import autodiscover_modules

from common.context import current_request_id, set_request_id
from common.failed_tasks import note_failure

logger = logging.getLogger(__name__)

REQUEST_ID_HEADER = "almanac_request_id"
Scalar = str | int | float | bool | None


class UnknownTask(LookupError):
    """Nothing is declared under this name: a misspelling, or a module of tasks that nobody discovers."""


class TracedTask(Task[Any, Any]):
    """Runs with the request id of whoever enqueued it, so that one id finds all log lines of one story."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        before = current_request_id()
        set_request_id((self.request.headers or {}).get(REQUEST_ID_HEADER, before))
        try:
            return super().__call__(*args, **kwargs)
        finally:
            # The thread goes on to other people's tasks.
            set_request_id(before)

    def on_failure(self, exc: Exception, *args: Any, **kwargs: Any) -> None:
        """Celery calls it where a worker ran the task, once for each failure."""
        note_failure(str(self.name), exc)


def task(name: str) -> Callable[[Callable[..., Any]], Task[..., Any]]:
    """Declares a task under `app.verb_noun`. It may run twice, and late: it takes ids and reads the present state."""

    def declare(function: Callable[..., Any]) -> Task[..., Any]:
        declared: Task[..., Any] = shared_task(
            name=name, base=TracedTask, acks_late=True, ignore_result=True, serializer="json"
        )(function)
        return declared

    return declare


def enqueue(name: str, *args: Scalar, **kwargs: Scalar) -> None:
    """Sends the task once the transaction under way has committed, at once if there is none; never if it rolls back.

    A broker that is down is logged and not raised: the caller's work is committed and must be reported as done.
    """
    _refuse_unknown(name)
    for argument in (*args, *kwargs.values()):
        if not isinstance(argument, str | int | float | bool | None):
            raise TypeError(f"{name} was given a {type(argument).__name__}; tasks take ids and other plain values.")
    request_id = current_request_id()

    def send() -> None:
        _send(name, args, kwargs, request_id)

    transaction.on_commit(send, robust=True)


def _send(name: str, args: tuple[Scalar, ...], kwargs: dict[str, Scalar], request_id: str) -> None:
    headers = {REQUEST_ID_HEADER: request_id} if request_id else {}
    try:
        current_app.send_task(name, args=args, kwargs=kwargs, headers=headers, ignore_result=True)
    except (kombu.exceptions.OperationalError, OSError) as error:
        logger.warning("the broker did not take a task", extra={"task_name": name, "error": type(error).__name__})


def _refuse_unknown(name: str) -> None:
    if name in current_app.tasks:
        return
    # The web never runs tasks, so their modules may not have been imported yet.
    autodiscover_modules("tasks")
    if name in current_app.tasks:
        return
    if not settings.PRODUCTION:
        raise UnknownTask(f"No task is declared as {name!r}.")
    logger.error("a task of unknown name was enqueued", extra={"task_name": name})
