"""The platform's catalog: read by everybody, changed now and then, so it is kept and told apart by its ETag."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, ClassVar, NamedTuple

from django.http import HttpResponse
from django.utils.http import parse_etags
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.api.queries import valid_query
from catalog.api.serializers.listings import CatalogQuery, CatalogSerializer, CatalogServiceSerializer
from catalog.selectors.catalog_version import kept
from catalog.selectors.listings import platform_services
from common.api.serializers import represented
from common.api.views import ApiView
from common.api.wire import encoded, wants_camel
from common.rules import anyone

WITHOUT_CATEGORY = "Other"


class Line(NamedTuple):
    """A service as it is shown, and by which words it is asked for."""

    shown: dict[str, Any]
    categories: frozenset[str]
    tiers: frozenset[str]
    updated_at: datetime


class PlatformCatalog(NamedTuple):
    lines: list[Line]
    fingerprint: str
    # As it is sent to those who ask for all of it, by whether they spell in camel case.
    whole: dict[bool, bytes]


class CatalogView(ApiView):
    rules: ClassVar = {"get": anyone}
    # Kept by browsers, but asked about at each use: a price that was changed is seen at once.
    cache_control = "public, no-cache"

    @extend_schema(
        operation_id="service_catalog",
        summary="The platform's services by category",
        description="Send the `ETag` of the last answer as `If-None-Match`; 304 says that nothing has changed.",
        parameters=[CatalogQuery],
        responses=CatalogSerializer,
    )
    def get(self, request: Request) -> HttpResponse:
        asked = valid_query(request, CatalogQuery)
        catalog = kept("platform-catalog", _read_catalog)
        etag = _etag_of(catalog, asked, request)
        if _has(request, etag):
            return HttpResponse(status=304, headers={"ETag": etag})
        if not asked:
            return HttpResponse(_whole(catalog, request), "application/json", headers={"ETag": etag})
        lines = [line for line in catalog.lines if _is_asked_for(line, asked)]
        return Response(_shown(lines), headers={"ETag": etag})


def _read_catalog() -> PlatformCatalog:
    lines = [
        Line(
            represented(CatalogServiceSerializer, service),
            _words_of(service.category),
            _words_of(service.tier),
            max(each.updated_at for each in (service, service.category, service.tier) if each),
        )
        for service in platform_services()
    ]
    content = encoded([[line.shown, line.updated_at] for line in lines])
    return PlatformCatalog(lines, sha256(content).hexdigest(), {})


def _whole(catalog: PlatformCatalog, request: Request) -> bytes:
    """The bytes of the answer to nearly everybody; to write them each time would cost more than all the rest."""
    renderer: Any = request.accepted_renderer
    is_camel = wants_camel(request.accepted_media_type or "")
    if is_camel not in catalog.whole:
        catalog.whole[is_camel] = renderer.render(_shown(catalog.lines), request.accepted_media_type)
    return catalog.whole[is_camel]


def _shown(lines: list[Line]) -> dict[str, Any]:
    by_category: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for line in lines:
        by_category[line.shown["category"] or WITHOUT_CATEGORY].append(line.shown)
    return {
        "categories": dict(by_category),
        "all_services": [line.shown for line in lines],
        "last_updated": max((line.updated_at for line in lines), default=None),
    }


def _is_asked_for(line: Line, asked: Mapping[str, str]) -> bool:
    in_category = "category" not in asked or asked["category"].casefold() in line.categories
    return in_category and ("tier" not in asked or asked["tier"].casefold() in line.tiers)


def _words_of(named: Any) -> frozenset[str]:
    return frozenset({named.slug.casefold(), named.name.casefold()}) if named else frozenset()


def _etag_of(catalog: PlatformCatalog, asked: Mapping[str, str], request: Request) -> str:
    """Another one for each content, question and spelling."""
    is_camel = wants_camel(request.headers.get("Accept", ""))
    return f'"{sha256(encoded([catalog.fingerprint, sorted(asked.items()), is_camel])).hexdigest()[:32]}"'


def _has(request: Request, etag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", "")[:1_000])
    # A proxy that compressed the answer has made the tag a weak one.
    return "*" in known or etag in {each.removeprefix("W/") for each in known}
