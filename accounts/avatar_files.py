"""Where pictures of people lie: in the storage that the settings name, under random names.

A name that a row holds is enough to find the file, so the storage may change from a folder to a bucket without a trace
in the database or in addresses: the platform serves the files itself.
"""

import secrets

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

FOLDER = "avatars"
CONTENT_TYPE = "image/webp"
SUFFIX = ".webp"
NAME_BYTES = 24
# Characters before the suffix: of 24 random bytes in base64.
NAME_LENGTH = 32


def keep_avatar(content: bytes) -> str:
    """Stores a picture and says under which name."""
    name = secrets.token_urlsafe(NAME_BYTES)
    default_storage.save(_path(name), ContentFile(content))
    return name


def read_avatar(name: str) -> bytes | None:
    """None where there is no file, and for what cannot be the name of one."""
    if len(name) != NAME_LENGTH:
        return None
    try:
        with default_storage.open(_path(name)) as file:
            content: bytes = file.read()
    except FileNotFoundError:
        return None
    return content


def delete_avatar(name: str) -> None:
    """Does nothing if it is gone already."""
    default_storage.delete(_path(name))


def avatar_url(name: str) -> str | None:
    return f"{settings.PUBLIC_URL}{settings.MEDIA_URL}{FOLDER}/{name}{SUFFIX}" if name else None


def _path(name: str) -> str:
    return f"{FOLDER}/{name}{SUFFIX}"
