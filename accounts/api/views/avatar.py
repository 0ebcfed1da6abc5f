"""One's own picture, and the address under which everybody's are shown."""

from typing import ClassVar

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import services
from accounts.api.callers import caller_of
from accounts.api.rate_scopes import AVATAR
from accounts.api.serializers import AvatarSerializer, UploadAvatarSerializer
from accounts.avatar_files import CONTENT_TYPE, read_avatar
from common.api.envelope import Message
from common.api.parsers import StrictMultiPartParser
from common.api.views import ApiView
from common.rules import signed_in

# A day, and not for ever: who erases an account wants the picture gone from others' screens as well.
CACHED = "public, max-age=86400"


class AvatarView(ApiView):
    rules: ClassVar = {"post": signed_in, "delete": signed_in}
    rate_scopes: ClassVar = {"post": (AVATAR,)}
    parser_classes = (StrictMultiPartParser,)

    @extend_schema(
        operation_id="users_avatar",
        summary="Set my picture",
        description="At most 5 MB of JPEG, PNG, WebP or GIF. What is kept is a small copy without any metadata.",
        request={"multipart/form-data": UploadAvatarSerializer},
        responses=AvatarSerializer,
    )
    def post(self, request: Request) -> Response:
        serializer = UploadAvatarSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        user = services.set_avatar(caller_of(request), serializer.validated_data["avatar"].read())
        return Response(AvatarSerializer(user).data)

    @extend_schema(operation_id="users_avatar_remove", summary="Remove my picture", responses={200: Message})
    def delete(self, request: Request) -> Response:
        services.remove_avatar(caller_of(request))
        return Response(Message("Your picture was removed."))


@require_safe
def avatar_file(request: HttpRequest, name: str) -> HttpResponse:
    """The picture and nothing else: a browser that is made to open it runs no script and guesses no other type."""
    content = read_avatar(name)
    if content is None:
        raise Http404
    headers = {
        "Cache-Control": CACHED,
        "Content-Disposition": 'inline; filename="avatar.webp"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        # Pages of other origins may show it, as they may show any picture.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type=CONTENT_TYPE, headers=headers)
