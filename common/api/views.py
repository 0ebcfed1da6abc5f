"""What every endpoint stands on: who may, which objects exist for the caller, and how it is answered."""

import logging
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from common.api.envelope import Message
from common.api.error_bodies import PRIVATE, MethodNotAllowed
from common.errors import AuthenticationRequired, PermissionDenied

logger = logging.getLogger("almanac.api")

Rule = Callable[[Any], bool]
ObjectRule = Callable[[Any, Any], bool]


class ApiView(APIView):
    """An endpoint that is not a collection. Its actions are its methods: `rules = {"get": signed_in}`.

    An action without a rule is denied to everybody, so that a forgotten rule is noticed at once. `object_rules` are
    asked besides, for views that call `check_object_permissions`.
    """

    rules: ClassVar[Mapping[str, Rule]] = {}
    object_rules: ClassVar[Mapping[str, ObjectRule]] = {}
    # Public reads that may be cached say so; nothing else ever lands in a shared cache.
    cache_control: ClassVar[str] = PRIVATE
    permission_classes = ()
    metadata_class = None

    def rule_name(self) -> str:
        method = (self.request.method or "").lower()
        return "get" if method == "head" else method

    def check_permissions(self, request: Request) -> None:
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed
        if request.method == "OPTIONS":
            return
        rule = self.rules.get(self.rule_name())
        if rule is None:
            logger.error("no rule is declared for %s of %s", self.rule_name(), type(self).__name__)
        if rule is None or not rule(request.user):
            raise PermissionDenied if request.user.is_authenticated else AuthenticationRequired
        super().check_permissions(request)

    def check_object_permissions(self, request: Request, obj: Any) -> None:
        rule = self.object_rules.get(self.rule_name())
        if rule is not None and not rule(request.user, obj):
            raise PermissionDenied

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(Message(f"Allowed here: {', '.join(self.allowed_methods)}."))

    @property
    def default_response_headers(self) -> dict[str, str]:
        # The spelling of the answer depends on Accept, and what it holds on who asks.
        return {
            "Allow": ", ".join(self.allowed_methods),
            "Vary": "Accept, Authorization",
            "Cache-Control": self.cache_control,
        }

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        if response.status_code == 204:
            raise ImproperlyConfigured("Answer a Message: a body is always sent.")
        return super().finalize_response(request, response, *args, **kwargs)
