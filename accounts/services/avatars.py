"""A person's picture: set, replaced, taken away. Its file follows the row, never the other way round."""

from django.db import transaction

from accounts.avatar_files import delete_avatar, keep_avatar
from accounts.models import User
from accounts.pictures import MOST_BYTES, NotAPicture, TooManyPixels, small_picture
from common.errors import ValidationFailed
from common.events import publish

FIELD = "avatar"


def set_avatar(user: User, content: bytes) -> User:
    """Makes the picture small and plain, and takes it in place of the one before."""
    if len(content) > MOST_BYTES:
        raise ValidationFailed.of(FIELD, "The picture is larger than 5 MB.", "TOO_LARGE")
    try:
        picture = small_picture(content)
    except TooManyPixels:
        raise ValidationFailed.of(FIELD, "The picture has too many pixels.", "TOO_LARGE") from None
    except NotAPicture:
        raise ValidationFailed.of(FIELD, "Send a JPEG, PNG, WebP or GIF.", "INVALID_IMAGE") from None
    name = keep_avatar(picture)
    try:
        return _changed(user, name)
    except BaseException:
        # Nobody will ever ask for it.
        delete_avatar(name)
        raise


def remove_avatar(user: User) -> User:
    """Does nothing if there is none."""
    return _changed(user, "")


@transaction.atomic
def _changed(user: User, name: str) -> User:
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    former, user.avatar = user.avatar, name
    user.save(update_fields=["avatar"])
    if former:
        # Its file goes after the commit, by a subscriber that is called again until it succeeded.
        publish("avatar.discarded", former, {})
    return user
