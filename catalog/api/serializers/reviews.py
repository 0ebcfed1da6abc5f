"""Reviews as everybody reads them: whose they are is shortened."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.avatar_files import avatar_url
from catalog.models import Review
from common.api.fields import BoundedIntegerField, IdField, InstantField, MultilineTextField, TextField
from common.api.serializers import StrictModelSerializer, StrictSerializer


class ReviewerSerializer(StrictSerializer):
    first_name = TextField(source="customer.first_name")
    last_name = TextField(source="customer_initial", help_text="The first letter only.")
    avatar = serializers.SerializerMethodField(help_text="Where the picture is.")

    def get_avatar(self, review: Review) -> str | None:
        return avatar_url(review.customer.avatar)


class ReviewedServiceSerializer(StrictSerializer):
    id = IdField()
    name = TextField()


class ReviewSerializer(StrictModelSerializer):
    """What a customer said of a booking that is over. Only they are told which booking it was."""

    specialist_id = IdField(allow_null=True, read_only=True)
    service = ReviewedServiceSerializer(allow_null=True, read_only=True)
    customer_name = TextField(read_only=True, help_text="Such as Jane S.")
    customer = ReviewerSerializer(source="*", read_only=True)
    booking_id = serializers.SerializerMethodField(help_text="Null unless it is your own review.")
    customer_id = serializers.SerializerMethodField(help_text="Null unless it is your own review.")
    is_hidden = serializers.SerializerMethodField()

    class Meta:
        model = Review
        fields: ClassVar = [
            "id",
            "booking_id",
            "customer_id",
            "specialist_id",
            "service",
            "customer_name",
            "customer",
            "rating",
            "comment",
            "tags",
            "reply",
            "replied_at",
            "is_hidden",
            "created_at",
            "edited_at",
        ]
        read_only_fields = fields

    @extend_schema_field(IdField(allow_null=True))
    def get_booking_id(self, review: Review) -> str | None:
        return str(review.booking_id) if self._is_own(review) else None

    @extend_schema_field(IdField(allow_null=True))
    def get_customer_id(self, review: Review) -> str | None:
        return str(review.customer_id) if self._is_own(review) else None

    def get_is_hidden(self, review: Review) -> bool:
        return review.hidden_at is not None

    def _is_own(self, review: Review) -> bool:
        request: Any = self.context.get("request")
        return request is not None and review.customer_id == request.user.pk


class ReviewAnswerSerializer(StrictSerializer):
    """What reviewing answers."""

    review = ReviewSerializer()


class LatestReviewSerializer(StrictSerializer):
    """A review on the page of what was reviewed."""

    id = IdField()
    rating = BoundedIntegerField()
    comment = MultilineTextField()
    tags = serializers.ListField(child=TextField())
    customer_name = TextField()
    reply = MultilineTextField()
    created_at = InstantField()
