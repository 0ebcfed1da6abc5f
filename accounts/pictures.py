"""What becomes of a picture that somebody uploads: a small WebP, made anew from its pixels and from nothing else.

Its name and the type that the client states are not asked. Whatever stands beside the pixels (place and camera, colour
profiles, comments, further frames, an archive behind the last byte) is left behind with the original.
"""

import io
import threading
import warnings

from PIL import Image

MOST_BYTES = 5 * 1024 * 1024
MOST_SIDE = 10_000
# What telephones send. Decoding a WebP of that takes 400 MB for a moment, and a JPEG much less: it is decoded smaller.
MOST_PIXELS = 25_000_000
# A progressive JPEG of real life has ten; thousands of them take minutes to decode.
MOST_SCANS = 100
SIDE = 512
QUALITY = 82
# SVG and PDF are programs; what else Pillow could read, nobody's telephone makes.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
_START_OF_SCAN = b"\xff\xda"
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# Several large pictures at once would be too much memory for one process: the others wait.
_one_at_a_time = threading.Semaphore(1)

# Pillow warns of a picture that is too large where it should refuse it.
warnings.simplefilter("error", Image.DecompressionBombWarning)


class NotAPicture(ValueError):
    """None of the formats, or damaged."""


class TooManyPixels(ValueError):
    """It may be a picture; nobody is going to decode it."""


def small_picture(content: bytes) -> bytes:
    """A WebP of at most 512 by 512 pixels, upright, with its transparency; of an animation its first frame."""
    with _one_at_a_time:
        try:
            return _encoded(_shrunk(content))
        except (NotAPicture, TooManyPixels):
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise TooManyPixels from error
        # Decoders that are given hostile bytes raise whatever they come upon; all of it means the same.
        except Exception as error:
            raise NotAPicture from error


def _shrunk(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content), formats=FORMATS)
    # Only the header has been read so far.
    if max(picture.size) > MOST_SIDE or picture.width * picture.height > MOST_PIXELS:
        raise TooManyPixels
    if picture.format == "JPEG":
        if content.count(_START_OF_SCAN) > MOST_SCANS:
            raise NotAPicture
        # The decoder itself halves it as often as it can.
        picture.draft("RGB", (SIDE * 2, SIDE * 2))
    turn = _UPRIGHT.get(picture.getexif().get(_ORIENTATION, 1))
    mode = "RGBA" if picture.has_transparency_data else "RGB"
    # Asked to convert what needs no conversion, Pillow copies it.
    plain = picture if picture.mode == mode else picture.convert(mode)
    plain.thumbnail((SIDE, SIDE))
    return plain.transpose(turn) if turn is not None else plain


def _encoded(picture: Image.Image) -> bytes:
    bare = Image.new(picture.mode, picture.size)
    # Onto an empty one, which has never heard of the original's metadata.
    bare.paste(picture)
    encoded = io.BytesIO()
    bare.save(encoded, "WEBP", quality=QUALITY, method=4)
    return encoded.getvalue()
