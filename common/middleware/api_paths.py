"""API paths have no trailing slash; one is accepted. A redirect would lose the body of a POST."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from common.api.paths import API_ROOT, is_api_path


class ApiPathMiddleware:
    """Method override headers and fields are nobody's business here: the method is the one on the request line."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.endswith("/") and is_api_path(path) and path != API_ROOT:
            request.path_info = path[:-1]
            request.path = request.path[:-1]
        return self.get_response(request)
