"""What people are told of their sign-ins, and files that nobody refers to any more."""

from accounts.avatar_files import delete_avatar
from accounts.enums import Ending
from accounts.models import Session
from accounts.services import warn_of_copied_token
from common.events import Event, on


@on("session.revoked")
def warn_owner(event: Event) -> None:
    if event.data["reason"] != Ending.REUSE:
        return
    session = Session.objects.select_related("user").filter(pk=event.subject).first()
    if session is not None:
        warn_of_copied_token(session, at=event.at)


@on("avatar.discarded")
def delete_discarded_avatar(event: Event) -> None:
    delete_avatar(event.subject)
