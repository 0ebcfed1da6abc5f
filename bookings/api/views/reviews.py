"""Writing reviews; the lists under the same paths are the catalog's."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.callers import caller_of
from bookings.api.serializers.reviews import RatingInput, ReplyInput, ReviewChanges, ReviewInput, said_in
from bookings.services.reviews import review_booking
from catalog.api.serializers.reviews import ReviewAnswerSerializer, ReviewSerializer
from catalog.api.views.reviews import ReviewReadViewSet
from catalog.models import Review
from catalog.services.reviews import Said, edit_review, reply_to_review, withdraw_review
from common.api.idempotency import idempotent
from common.api.views import ApiView
from common.api.viewsets import CreateMixin, DestroyMixin, UpdateMixin
from common.rules import anyone, signed_in


@extend_schema_view(
    list=extend_schema(
        operation_id="reviews",
        summary="What was said of specialists, services and rooms",
        description=(
            "Average, total and distribution are of all reviews that the other filters leave, whatever number of stars "
            "is asked for."
        ),
    ),
    retrieve=extend_schema(operation_id="review", summary="A review"),
    update=extend_schema(operation_id="review_replace", summary="Rewrite my review"),
    partial_update=extend_schema(operation_id="review_change", summary="Change some of my review"),
    destroy=extend_schema(operation_id="review_withdraw", summary="Take my review back"),
)
class ReviewViewSet(CreateMixin, UpdateMixin, DestroyMixin, ReviewReadViewSet):
    input_serializers: ClassVar = {"create": ReviewInput, "update": ReviewChanges, "partial_update": ReviewChanges}
    rules: ClassVar = {
        "list": anyone,
        "retrieve": anyone,
        "create": signed_in,
        "update": signed_in,
        "partial_update": signed_in,
        "destroy": signed_in,
        "reply": signed_in,
    }

    def get_queryset(self) -> QuerySet[Any]:
        """Read by everybody, written by its author: somebody else's is not there to be changed."""
        visible = super().get_queryset()
        if self.action in {"list", "retrieve"}:
            return visible
        if self.action == "reply":
            return visible.filter(specialist__user=self.request.user.pk)
        return visible.filter(customer=self.request.user.pk)

    @extend_schema(
        operation_id="review_create",
        summary="Review a booking that is completed",
        request=ReviewInput,
        responses={201: ReviewAnswerSerializer},
    )
    @idempotent(required=False)
    def create(  # type: ignore[override]  # a replay is an HttpResponse
        self, request: Request, *args: Any, **kwargs: Any
    ) -> Response:
        asked: dict[str, Any] = self.valid_input().validated_data
        review = review_booking(asked["booking_id"], said_in(asked), author=caller_of(request))
        return Response({"review": self.shown(review)}, status=201, headers={"Location": f"{request.path}/{review.pk}"})

    def _changed(self, *, partial: bool) -> Response:
        review = self.get_object()
        asked: dict[str, Any] = self.valid_input(partial=partial).validated_data
        said = Said(
            asked.get("rating", review.rating), asked.get("comment", review.comment), asked.get("tags", review.tags)
        )
        return Response(self.shown(edit_review(review, said)))

    def perform_destroy(self, instance: Review) -> str:
        withdraw_review(instance)
        return "Your review was taken back."

    @extend_schema(
        operation_id="review_reply",
        summary="Reply to a review of mine as a specialist",
        request=ReplyInput,
        responses=ReviewSerializer,
    )
    def reply(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        review = self.get_object()
        serializer = ReplyInput(data=request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return Response(self.shown(reply_to_review(review, serializer.validated_data["reply"])))


class RateView(ApiView):
    rules: ClassVar = {"post": signed_in}

    @extend_schema(
        operation_id="booking_rate",
        summary="Review this booking",
        description="The same as a POST to `/reviews`.",
        request=RatingInput,
        responses={201: ReviewAnswerSerializer},
    )
    @idempotent(required=False)
    def post(self, request: Request, id: UUID) -> Response:  # noqa: A002 - the path's word for it
        serializer = RatingInput(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        review = review_booking(id, said_in(serializer.validated_data), author=caller_of(request))
        shown = ReviewSerializer(review, context={"request": request}).data
        return Response({"review": shown}, status=201, headers={"Location": reverse("review", args=[review.pk])})
