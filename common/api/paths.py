"""Which paths speak the API's grammar."""

API_ROOT = "/api/"


def is_api_path(path: str) -> bool:
    return path.startswith(API_ROOT)
