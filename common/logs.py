"""Every line that any part of the process logs goes through the same steps, whoever logged it.

1. Name it: time, level, logger, request id, and of a Celery task its name and id.
2. Write out the exception with its stack, without local variables.
3. Take secrets and people out (`common.scrubbing`).
4. Render it: one JSON object per line in production, a readable line for people elsewhere. In both, control
   characters of logged text are escaped, so no input can forge a line or colour a terminal.

Django calls `configure` with the setting LOGGING; granian and uvicorn build their formatter with `formatter`.
"""

import json
import logging.config
import re
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog
from celery import current_task

from common.context import current_request_id
from common.queue import REQUEST_ID_HEADER
from common.scrubbing import HIDDEN, is_secret_key, scrub

Line = dict[str, Any]
Render = Callable[[Line], str]

# What every LogRecord has; the rest came in through `extra=`.
_RECORD_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "_logger", "_name"}
# Django attaches these to its records; an access line already says what is worth saying of them.
_DROPPED_EXTRAS = frozenset({"request", "response", "server_time", "color_message", "data"})
# What the steps above put in themselves.
_TRUSTED_KEYS = frozenset({"time", "level", "logger", "request_id", "task_id"})
_encode = json.JSONEncoder(ensure_ascii=True, default=repr).encode
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_STACK_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def configure(logging_settings: Mapping[str, Any]) -> None:
    """Applies the setting LOGGING and points structlog at it. May be called again."""
    logging.config.dictConfig(dict(logging_settings))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def formatter(style: str = "json") -> logging.Formatter:
    """The formatter for `style`: `json` or `console`."""
    return LineFormatter(_RENDERERS[style]())


class LineFormatter(logging.Formatter):
    """Takes a record through the four steps. A dictionary for a message holds the fields of the line."""

    def __init__(self, render: Render) -> None:
        super().__init__()
        self.render = render

    def format(self, record: logging.LogRecord) -> str:
        line = name_line(record)
        write_out_exception(line, record)
        hide_secrets(line)
        return self.render(line)


class OnlyWithStack(logging.Filter):
    """For `django.request`: what it says of a 5xx without an exception, the access line has said already."""

    def filter(self, record: logging.LogRecord) -> bool:
        return bool(record.exc_info)


def name_line(record: logging.LogRecord) -> Line:
    """Step 1. The order of keys is the order in which a person reads them."""
    given = dict(record.msg) if isinstance(record.msg, dict) else {"event": record.getMessage(), **_extras(record)}
    line: Line = {
        "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": given.pop("event", ""),
    }
    if request_id := current_request_id():
        line["request_id"] = request_id
    if current_task and not getattr(current_task.request, "called_directly", True):
        _name_task(line, current_task)
    # What was bound or logged cannot pass itself off as what we know.
    known = frozenset(line)
    for key, value in {**structlog.contextvars.get_contextvars(), **given}.items():
        line[f"{key}_" if key in known else key] = value
    return line


def write_out_exception(line: Line, record: logging.LogRecord) -> None:
    """Step 2."""
    # structlog leaves it among the fields, the standard library on the record.
    exc_info = line.pop("exc_info", None) or record.exc_info
    if exc_info is True:
        exc_info = sys.exc_info()
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if isinstance(exc_info, tuple) and exc_info[1] is not None:
        line["exception"] = _stack_of(*exc_info)


def hide_secrets(line: Line) -> None:
    """Step 3."""
    for key, value in line.items():
        if key not in _TRUSTED_KEYS:
            line[key] = HIDDEN if is_secret_key(key) else scrub(value)


def render_json(line: Line) -> str:
    # ASCII only, which escapes line separators, ANSI, text direction marks and lone surrogates alike.
    return _encode(line)


def console_renderer() -> Render:
    # The default formatter of exceptions prints local variables; here they are text already since step 2.
    renderer = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback, timestamp_key="time"
    )

    def render(line: Line) -> str:
        return str(renderer(None, "", escape_control_characters(line)))

    return render


def escape_control_characters(line: Line) -> Line:
    """Only the stack keeps its line breaks, each followed by an indent that no line of ours begins with."""
    return {
        key: (_indented(value) if key == "exception" else _escaped(value)) if isinstance(value, str) else value
        for key, value in line.items()
    }


def _name_task(line: Line, task: Any) -> None:
    line["task"], line["task_id"] = task.name, task.request.id
    # Around the task itself, as when Celery notes its end, only the message tells whose request it was.
    request_id = (task.request.headers or {}).get(REQUEST_ID_HEADER)
    if request_id:
        line.setdefault("request_id", request_id)


def _stack_of(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> str:
    return "".join(traceback.TracebackException(kind, error, trace, capture_locals=False).format()).rstrip("\n")


def _extras(record: logging.LogRecord) -> dict[str, Any]:
    return {
        key: value
        for key, value in record.__dict__.items()
        if key not in _RECORD_FIELDS and key not in _DROPPED_EXTRAS and not key.startswith("_")
    }


def _escaped(text: str) -> str:
    return _CONTROL.sub(_as_escape, text).encode("utf-8", "backslashreplace").decode()


def _indented(text: str) -> str:
    escaped = _STACK_CONTROL.sub(_as_escape, text).encode("utf-8", "backslashreplace").decode()
    return "    " + escaped.replace("\n", "\n    ")


def _as_escape(match: re.Match[str]) -> str:
    return match.group().encode("unicode_escape").decode()


_RENDERERS: dict[str, Callable[[], Render]] = {"json": lambda: render_json, "console": console_renderer}
