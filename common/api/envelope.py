"""Every success is `{"success": true, "data": …}`; every error is the one error shape."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from rest_framework.renderers import BaseRenderer

from common.api.error_bodies import ErrorBody
from common.api.wire import encoded, wants_camel
from common.casing import camelized


class Message(str):
    """What a view answers when nothing else is to be said: `Response(Message("You are signed out."))`."""

    __slots__ = ()


class EnvelopeRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    # JSON is UTF-8 by definition, so the content type names no charset.
    charset = None
    render_style = "text"

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        if isinstance(data, ErrorBody):
            return encoded(data)
        _refuse_loose_error(renderer_context)
        if isinstance(data, Message):
            return encoded({"success": True, "data": None, "message": data})
        if wants_camel(accepted_media_type or ""):
            data = camelized(data)
        return encoded({"success": True, "data": data})


def _refuse_loose_error(renderer_context: Mapping[str, Any] | None) -> None:
    response = renderer_context.get("response") if renderer_context else None
    if response is not None and response.status_code >= HTTPStatus.BAD_REQUEST:
        raise TypeError("Raise an error of common.errors instead of answering a status by hand.")
