"""Who is clicking."""

from django.http import HttpRequest

from accounts.models import User


def actor_of(request: HttpRequest) -> User:
    """The signed-in member of staff; the admin lets nobody else get this far."""
    if not isinstance(request.user, User):
        raise TypeError("an admin action ran without a signed-in user")
    return request.user
