"""Paths of collections: no trailing slash, ids are UUIDs, so a fixed word never clashes with an id."""

from rest_framework.routers import SimpleRouter


class ApiRouter(SimpleRouter):
    def __init__(self) -> None:
        super().__init__(trailing_slash=False, use_regex_path=False)
