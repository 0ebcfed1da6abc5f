"""The OpenAPI document and the two pages that show it, all served from local files under our own CSP."""

from functools import cache
from hashlib import sha256
from typing import Any

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views import View
from drf_spectacular.generators import SchemaGenerator

from common.api.error_bodies import MethodNotAllowed, error_response
from common.api.wire import encoded

# Redoc fills empty style elements rule by rule, and writes one of its own without the nonce. By their hashes these two
# texts and no others are let in; a new version of Redoc that writes another shows in the browser test.
REDOC_STYLES = [
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='",
    "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='",
]


class DocsView(View):
    """Answers to GET and HEAD; anything else is refused in the API's shape."""

    http_method_names = ("get", "head")

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = error_response(request, MethodNotAllowed())
        response["Allow"] = "GET, HEAD"
        return response


class SchemaView(DocsView):
    """The document is made once per process: making it costs a second of CPU, which nobody may spend for us."""

    def get(self, request: HttpRequest) -> HttpResponse:
        body, etag = document()
        headers = {"ETag": etag, "Cache-Control": "public, max-age=300"}
        if request.headers.get("If-None-Match") == etag:
            return HttpResponse(status=304, headers=headers)
        return HttpResponse(body, content_type="application/vnd.oai.openapi+json", headers=headers)


class PageView(DocsView):
    template = ""

    def get(self, request: HttpRequest) -> HttpResponse:
        return render(request, self.template, {"schema_url": reverse("schema")})


class SwaggerView(PageView):
    template = "docs/swagger.html"


@method_decorator(csp_update({"style-src": REDOC_STYLES}), name="dispatch")
class RedocView(PageView):
    template = "docs/redoc.html"


@cache
def document() -> tuple[bytes, str]:
    """The document and its ETag."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    body = encoded(schema)
    return body, f'"{sha256(body).hexdigest()[:32]}"'
