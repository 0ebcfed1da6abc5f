"""Request bodies: JSON in UTF-8 read strictly, and uploads where a view asks for them."""

from collections.abc import Mapping
from typing import IO, Any

from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser, MultiPartParser

from common import strict_json
from common.errors import UnsupportedMediaType, ValidationFailed


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Reads the whole body, which stays readable as `request.body` for signatures and idempotency."""
        _, parameters = parse_header_parameters(media_type or "")
        if parameters.get("charset", "utf-8").lower() not in {"utf-8", "utf8"}:
            raise UnsupportedMediaType
        # DRF hands over the request itself unless somebody read the body before.
        body = stream.body if hasattr(stream, "body") else stream.read()
        try:
            return strict_json.loads(body)
        except strict_json.StrictJSONError as error:
            raise ValidationFailed.of("", error.message, error.code) from error


class StrictMultiPartParser(MultiPartParser):
    """For views that take files. A broken form is the client's fault, however it is broken."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            form: Any = super().parse(stream, media_type, parser_context)
        except (MultiPartParserError, ValueError) as error:
            raise ValidationFailed.of("", "The form cannot be read.", "INVALID_FORM") from error
        for name, value in form.data.items():
            if "\x00" in name or "\x00" in value:
                raise ValidationFailed.of("", "A field contains a NUL character.", "INVALID_CHARACTER")
        return form
