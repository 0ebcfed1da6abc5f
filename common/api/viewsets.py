"""Collections: list, read, create, change, delete, each through `visible_to(user)` and a rule."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Model, QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from common.api.envelope import Message
from common.api.views import ApiView


class ResourceViewSet(ApiView, GenericViewSet[Any]):
    """Declares `model`, `serializer_class` and `rules` by action; mix in what the collection can do.

    `serializer_class` shows an object. An action that takes another shape names it in `input_serializers`.
    """

    model: ClassVar[type[Model]]
    input_serializers: ClassVar[Mapping[str, type[serializers.BaseSerializer[Any]]]] = {}
    lookup_value_converter = "uuid"

    def rule_name(self) -> str:
        return self.action or super().rule_name()

    def get_queryset(self) -> QuerySet[Any]:
        """Only what the caller may see: a stranger's object is as absent as one that never was."""
        objects: Any = self.model._default_manager
        # The OpenAPI generator has no user and only wants to know the model.
        fake = getattr(self, "swagger_fake_view", False)
        visible: QuerySet[Any] = objects.none() if fake else objects.visible_to(self.request.user)
        return visible

    def get_object(self) -> Any:
        found = self.get_queryset().filter(pk=self.kwargs[self.lookup_url_kwarg or self.lookup_field]).first()
        if found is None:
            raise Http404
        self.check_object_permissions(self.request, found)
        return found

    def valid_input(self, instance: Any | None = None, *, partial: bool = False) -> serializers.BaseSerializer[Any]:
        """The request's body, read by the action's input serializer."""
        kind = self.input_serializers.get(self.action or "", self.get_serializer_class())
        serializer = kind(instance, data=self.request.data, partial=partial, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer

    def shown(self, thing: Any) -> Any:
        return self.get_serializer(thing).data


class ListMixin:
    """`list_name` names the list within `data`; `list_extras` adds members beside it."""

    list_name: ClassVar[str]

    def list_extras(self, queryset: QuerySet[Any]) -> dict[str, Any]:
        return {}

    def list(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        queryset = self.filter_queryset(self.get_queryset())
        page = self.paginate_queryset(queryset)
        data = self.get_serializer(page, many=True).data
        answer: Response = self.paginator.get_paginated_response(
            data, name=self.list_name, **self.list_extras(queryset)
        )
        return answer


class RetrieveMixin:
    def retrieve(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.shown(self.get_object()))


class CreateMixin:
    """`perform_create` calls one service and returns the new object."""

    def create(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        created = self.perform_create(self.valid_input())
        return Response(self.shown(created), status=201, headers={"Location": f"{request.path}/{created.pk}"})

    def perform_create(self, serializer: Any) -> Any:
        return serializer.save()


class UpdateMixin:
    """PUT replaces, PATCH changes. `perform_update` calls one service and returns the object as it is now."""

    def update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = self._changed(partial=False)
        return answer

    def partial_update(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer: Response = self._changed(partial=True)
        return answer

    def perform_update(self, serializer: Any) -> Any:
        return serializer.save()

    def _changed(self: Any, *, partial: bool) -> Response:
        serializer = self.valid_input(self.get_object(), partial=partial)
        return Response(self.shown(self.perform_update(serializer)))


class DestroyMixin:
    """`perform_destroy` calls one service; what it returns is the sentence that is answered."""

    def destroy(self: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(Message(self.perform_destroy(self.get_object())))

    def perform_destroy(self, instance: Any) -> str:
        instance.delete()
        return "It was deleted."


class ReadViewSet(ListMixin, RetrieveMixin, ResourceViewSet):
    """List and read."""


class WriteViewSet(CreateMixin, UpdateMixin, DestroyMixin, ReadViewSet):
    """List, read, create, change, delete."""
