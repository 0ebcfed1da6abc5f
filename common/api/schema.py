"""OpenAPI as it is really spoken: every success in its envelope, every error in its one shape."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from common.api.envelope import Message
from common.api.schema_examples import ERROR_SCHEMA, STATUSES, error_example, example_of


class DocumentedAuthentication(OpenApiAuthenticationExtension):
    """Documents any authentication class that carries its own `openapi_name` and `openapi_scheme`."""

    target_class = "common.api.authentication.DocumentedScheme"
    match_subclasses = True
    name = "bearerAuth"

    def __init__(self, target: Any) -> None:
        super().__init__(target)  # type: ignore[no-untyped-call]  # the library is half annotated
        self.name = target.openapi_name

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        scheme: dict[str, Any] = self.target.openapi_scheme
        return scheme


class EnvelopeSchema(AutoSchema):
    """Wraps each 2xx, adds each error status, and reads `input_serializers` and `list_name` of our views."""

    def get_request_serializer(self) -> Any:
        declared = getattr(self.view, "input_serializers", {}).get(getattr(self.view, "action", None))
        return declared or super().get_request_serializer()

    def get_override_parameters(self) -> list[Any]:
        """The view's `documented_headers`; handlers under `@idempotent` say whether they ask for a key."""
        headers = [*getattr(self.view, "documented_headers", ())]
        handler = getattr(self.view, getattr(self.view, "action", None) or self.method.lower(), None)
        wanted = getattr(handler, "idempotency_key", None)
        if wanted is None:
            return headers
        return [
            *headers,
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                required=wanted == "required",
                description="Repeating a request under the key of the first one has no further effect.",
            ),
        ]

    def get_tags(self) -> list[str]:
        # An API root of one word per domain, as `/auth/me`; the prefix `/api/v1` says nothing.
        return super().get_tags()[:1] or ["api"]

    def get_paginated_name(self, serializer_name: str) -> str:
        return f"Page{self._list_name().title().replace('_', '')}Of{serializer_name}"

    def _list_name(self) -> str:
        return str(getattr(self.view, "list_name", "items"))

    def _get_paginator(self) -> Any:
        paginator = super()._get_paginator()  # type: ignore[no-untyped-call]  # as above
        if paginator is None:
            return None
        return NamedPaginator(paginator, self._list_name())

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        # A deletion answers a sentence: no response of ours is without a body.
        if bodies.pop("204", None) is not None:
            bodies["200"] = self._get_response_for_code(None, "200", direction=direction)
        self._register_error()
        for status, (code, message) in STATUSES.items():
            if status not in bodies and self._can_answer(status):
                bodies[status] = _error_response(status, code, message)
        return dict(sorted(bodies.items()))

    def _get_response_for_code(
        self, serializer: Any, status_code: str, media_types: Any = None, direction: str = "response"
    ) -> dict[str, Any]:
        plain: Any = super()._get_response_for_code  # half annotated, as above
        # A sentence has no schema of its own; the envelope below shows it.
        shape = None if serializer is Message else serializer
        response: dict[str, Any] = plain(shape, status_code, media_types, direction)
        if not status_code.startswith("2"):
            return response
        said = serializer is None or serializer is Message
        content = response.get("content") or {"application/json": {"schema": {"nullable": True, "type": "object"}}}
        # Files travel as they are.
        for body in (content[kind] for kind in content if kind == "application/json"):
            body["schema"] = _enveloped(body["schema"], said=said)
            body.setdefault("examples", {"answer": {"value": example_of(body["schema"], self.registry)}})
        headers = response.get("headers", {}) | ({"Location": _LOCATION} if status_code == "201" else {})
        return {"description": _DESCRIPTIONS.get(status_code, "Done."), "headers": headers, "content": content}

    def _get_request_for_media_type(self, serializer: Any, direction: str = "request") -> Any:
        plain: Any = super()._get_request_for_media_type  # half annotated, as above
        schema, required = plain(serializer, direction)
        if schema and "$ref" in schema:
            component = _component(schema, self.registry)
            component.setdefault("example", example_of(component, self.registry))
        return schema, required

    def _can_answer(self, status: str) -> bool:
        reads = self.method == "GET"
        if status in {"402", "409", "412", "413", "415", "422"}:
            return not reads
        if status == "404":
            return "{" in self.path or not reads
        return True

    def _register_error(self) -> None:
        self.registry.register_on_missing(
            ResolvedComponent(name="Error", type=ResolvedComponent.SCHEMA, object="Error", schema=ERROR_SCHEMA)
        )


class NamedPaginator:
    """A paginator that knows what the view calls its list."""

    def __init__(self, paginator: Any, list_name: str) -> None:
        self._paginator = paginator
        self._list_name = list_name

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        shape: dict[str, Any] = self._paginator.get_paginated_response_schema(schema, name=self._list_name)
        return shape

    def get_schema_operation_parameters(self, view: Any) -> Any:
        return self._paginator.get_schema_operation_parameters(view)


_DESCRIPTIONS: dict[str, str] = {"200": "Done.", "201": "Created."}
_LOCATION: dict[str, Any] = {"schema": {"type": "string"}, "description": "The path of what was created."}


def _enveloped(schema: dict[str, Any], *, said: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {"success": {"type": "boolean", "enum": [True]}, "data": schema}
    if said:
        properties["message"] = {"type": "string", "example": "It was done."}
    return {"type": "object", "required": list(properties), "properties": properties}


def _error_response(status: str, code: str, message: str) -> dict[str, Any]:
    return {
        "description": message,
        "content": {
            "application/json": {
                "schema": {"$ref": "#/components/schemas/Error"},
                "examples": {code: {"value": error_example(status, code, message)}},
            }
        },
    }


def _component(schema: dict[str, Any], registry: Any) -> dict[str, Any]:
    name = schema["$ref"].rpartition("/")[2]
    found: dict[str, Any] = registry[(name, ResolvedComponent.SCHEMA)].schema
    return found
