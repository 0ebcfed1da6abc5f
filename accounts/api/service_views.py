"""What endpoints for services stand on. docs/service-accounts.md shows one."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts.api.service_authentication import (
    ACT_FOR,
    SERVICES,
    SERVICES_AND_PEOPLE,
    may_act_for,
    require_may_act_for,
)
from accounts.models import User
from accounts.rules import is_service
from accounts.selectors import NOBODY, is_known_to, person_to_act_for
from accounts.service_callers import ServiceCaller
from common.api.views import ApiView
from common.errors import AuthenticationRequired, NotFound, PermissionDenied, ValidationFailed


class ServiceView(ApiView):
    """Its rules are of `accounts.rules.service_with_scope`. People who are signed in are told 403, nobodies 401."""

    authentication_classes: Sequence[type[BaseAuthentication]] = SERVICES_AND_PEOPLE
    documented_headers: ClassVar = (
        OpenApiParameter(
            ACT_FOR,
            location=OpenApiParameter.HEADER,
            description="The id of the person for whom the service acts; takes the scope act_for.",
        ),
    )


class InternalView(ServiceView):
    """A path that is not there for anybody but services, wherever they call from and whatever they send."""

    authentication_classes = SERVICES

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except AuthenticationRequired:
            raise NotFound from None

    def check_permissions(self, request: Request) -> None:
        if not is_service(request.user):
            raise NotFound
        super().check_permissions(request)


def service_of(request: Request) -> ServiceCaller:
    """Which service is calling; the view's rule lets nobody else get this far."""
    # DRF knows of people only.
    caller: Any = request.user
    if not isinstance(caller, ServiceCaller):
        raise TypeError("an endpoint for services was reached by somebody else")
    return caller


def person_acted_for(request: Request) -> User:
    """Whom the header X-Act-For names; 400 where it is missing."""
    person = service_of(request).acts_for
    if person is None:
        raise ValidationFailed.of(ACT_FOR, "Name the person for whom this is done, by their id.", "REQUIRED")
    return person


def person_named(request: Request, user_id: UUID) -> User:
    """Somebody whom the path or the body names, if the service may act for people at all: 403 before 404."""
    caller = service_of(request)
    require_may_act_for(caller)
    if caller.acts_for is not None and caller.acts_for.pk != user_id:
        raise ValidationFailed.of(ACT_FOR, "The header names another person than the request.", "MISMATCH")
    return caller.acts_for or person_to_act_for(user_id)


def known_person(request: Request, user_id: UUID | None) -> User:
    """Whom the service registered, or who signed in through it; with the scope act_for anybody else as well.

    Who is none of its own is refused in the same words as nobody (None), so that it cannot ask who there is.
    """
    caller = service_of(request)
    if may_act_for(caller):
        if user_id is None:
            raise NotFound(NOBODY)
        return person_named(request, user_id)
    if user_id is None or not is_known_to(caller.service, user_id):
        raise PermissionDenied("This service neither registered this person nor has the scope act_for.")
    return person_to_act_for(user_id)
