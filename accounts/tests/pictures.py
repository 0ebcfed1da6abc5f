"""Pictures, and what pretends to be one."""

import io
import struct
import zipfile
import zlib
from typing import Any

from PIL import Image, ImageDraw

GPS = "where Alice lives"


def picture(kind: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    """A quarter of it is red, so that turning it shows."""
    drawn = Image.new("RGB", size, "white")
    ImageDraw.Draw(drawn).rectangle((0, 0, size[0] // 2, size[1] // 2), fill="red")
    buffer = io.BytesIO()
    drawn.convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def with_exif(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = GPS
    exif.get_ifd(0x8825).update({1: "N", 2: (48.0, 8.0, 0.0), 3: "E", 4: (11.0, 34.0, 0.0)})
    return picture(exif=exif.tobytes(), comment=GPS.encode(), icc_profile=GPS.encode())


def see_through(kind: str) -> bytes:
    """A red square with a hole in its top left quarter."""
    drawn = Image.new("RGBA", (20, 20), "red")
    ImageDraw.Draw(drawn).rectangle((0, 0, 9, 9), fill=(0, 0, 0, 0))
    buffer = io.BytesIO()
    drawn.save(buffer, kind)
    return buffer.getvalue()


def animation() -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=10)
    return buffer.getvalue()


def png_of(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that says it is so large; almost nothing follows."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(data)) + _chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A comment of 100 MB, zipped."""
    plain = picture("PNG")
    bomb = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"\0" * 100_000_000))
    return plain[:33] + bomb + plain[33:]


def endless_scans() -> bytes:
    """A JPEG whose last scan comes again and again."""
    plain = picture(progressive=True)
    scan = plain[plain.rindex(b"\xff\xda") : -2]
    return plain[:-2] + scan * 200 + plain[-2:]


def archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as zipped:
        zipped.writestr("evil.html", "<script>alert(1)</script>")
    return buffer.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


SCRIPT = b"<script>alert(document.domain)</script>"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
# What browsers might run if it were served as it came; each of them is a picture as well.
POLYGLOTS: dict[str, bytes] = {
    "a GIF that is a script": picture("GIF", (0x2F, 0x2A)) + b"*/=1;alert(document.domain)//",
    "a JPEG with a page behind it": picture() + SCRIPT,
    "a PNG with an archive behind it": picture("PNG") + archive(),
    "a JPEG with a page in its comment": picture(comment=SCRIPT),
    "a PNG with a page in its profile": picture("PNG", icc_profile=SCRIPT * 10),
}
NO_PICTURES: dict[str, bytes] = {
    "nothing but a byte": b"\0",
    "a page": b"<!doctype html>" + SCRIPT,
    "an SVG with a script": SVG,
    "a zipped SVG": zlib.compress(SVG),
    "a PDF": b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n%%EOF",
    "an archive": archive(),
    "an icon": picture("ICO"),
    "a bitmap": picture("BMP"),
    "a TIFF": picture("TIFF"),
    "half a JPEG": picture(size=(400, 400))[:700],
    "half a PNG": picture("PNG", size=(400, 400))[:200],
    "half a WebP": picture("WEBP", size=(400, 400))[:60],
    "half a GIF": picture("GIF", size=(400, 400))[:40],
    "a PNG with less than it promises": png_of(400, 400),
    "a PNG with a wrong sum": picture("PNG")[:20] + b"\xff" + picture("PNG")[21:],
    "a PNG of no width": png_of(0, 10),
    "a comment of 100 MB": text_bomb(),
    "endless scans": endless_scans(),
    "a PostScript program": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n(x) run\nshowpage\n",
    "a shell script": b"#!/bin/sh\nrm -rf /\n",
}
TOO_LARGE: dict[str, bytes] = {
    "20,000 pixels square": png_of(20_000, 20_000),
    "50,000 pixels square": png_of(50_000, 50_000),
    "20,000 pixels in a row": png_of(20_000, 1),
    "as many as numbers go": png_of(2**31 - 1, 2**31 - 1),
    "just beyond the limit": png_of(5_001, 5_000),
    "a GIF of 65,535": b"GIF89a\xff\xff\xff\xff\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\xff\xff\xff\xff\0\x02\x02D\x01\0;",
}
