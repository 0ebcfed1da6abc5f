"""Changes on top of what the client has read: `ETag` out, `If-Match` in."""

from django.utils.http import parse_etags
from rest_framework.request import Request

from common.errors import VersionMismatch
from common.models.base import BaseModel


def etag_of(thing: BaseModel) -> str:
    """A strong ETag that changes with every save."""
    return f'"{thing.pk.hex}-{int(thing.updated_at.timestamp() * 1_000_000):x}"'


def require_version(request: Request, thing: BaseModel) -> None:
    """Refuses a change whose `If-Match` names another version. Without the header any version will do."""
    header = request.headers.get("If-Match")
    if header is None:
        return
    wanted = parse_etags(header[:1_000])
    if "*" not in wanted and etag_of(thing) not in wanted:
        raise VersionMismatch
