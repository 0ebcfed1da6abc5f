"""What a customer sends to review a booking."""

from typing import Any

from rest_framework import serializers

from catalog.models.review import LONGEST_COMMENT, LONGEST_REPLY, LONGEST_TAG, MOST_TAGS
from catalog.services.reviews import Said
from common.api.fields import BoundedIntegerField, IdField, MultilineTextField, TextField
from common.api.serializers import StrictSerializer


class StarsField(BoundedIntegerField):
    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=1, max_value=5, **options)


class CommentField(MultilineTextField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=LONGEST_COMMENT, required=False, allow_blank=True, default="", **options)


class TagsField(serializers.ListField):
    """A few words; one that is said twice counts once."""

    child = TextField(max_length=LONGEST_TAG)

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=MOST_TAGS, required=False, default=list, **options)

    def to_internal_value(self, data: Any) -> list[Any]:
        return list(dict.fromkeys(super().to_internal_value(data)))


class ReviewChanges(StrictSerializer):
    """A review as a whole, or with PATCH what changes of it."""

    rating = StarsField()
    comment = CommentField()
    tags = TagsField()


class ReviewInput(ReviewChanges):
    booking_id = IdField()


class RatingInput(StrictSerializer):
    """One of the seeds says `feedback` for the comment."""

    rating = StarsField()
    feedback = CommentField()
    comment = CommentField()
    tags = TagsField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        feedback = attrs.pop("feedback")
        if feedback and attrs["comment"] not in {"", feedback}:
            raise serializers.ValidationError({"feedback": "This differs from comment."}, "ambiguous")
        return {**attrs, "comment": attrs["comment"] or feedback}


class ReplyInput(StrictSerializer):
    """An empty reply takes it away."""

    reply = MultilineTextField(max_length=LONGEST_REPLY, allow_blank=True)


def said_in(attrs: dict[str, Any]) -> Said:
    return Said(rating=attrs["rating"], comment=attrs["comment"], tags=attrs["tags"])
