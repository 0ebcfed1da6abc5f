"""What an authentication class brings along so that the OpenAPI document knows it."""

from typing import Any, ClassVar

from rest_framework.authentication import BaseAuthentication


class DocumentedScheme(BaseAuthentication):
    """Subclass it for each way of signing in; a view may name several in `authentication_classes`."""

    openapi_name: ClassVar[str]
    openapi_scheme: ClassVar[dict[str, Any]]
