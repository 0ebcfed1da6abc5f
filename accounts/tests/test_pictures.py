"""What is made of the pictures that people send."""

import pytest

from accounts.pictures import SIDE, NotAPicture, TooManyPixels, small_picture
from accounts.tests.pictures import (
    GPS,
    NO_PICTURES,
    POLYGLOTS,
    SCRIPT,
    TOO_LARGE,
    animation,
    opened,
    picture,
    see_through,
    with_exif,
)

# Where the red corner belongs, by what the telephone says of how it was held.
RED_CORNERS = {
    1: "top left",
    2: "top right",
    3: "bottom right",
    4: "bottom left",
    5: "top left",
    6: "top right",
    7: "bottom right",
    8: "bottom left",
    9: "top left",
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_every_format_becomes_a_small_webp(kind: str) -> None:
    made = opened(small_picture(picture(kind, (1600, 800))))

    assert (made.format, made.size) == ("WEBP", (SIDE, SIDE // 2))


def test_a_small_picture_is_not_blown_up() -> None:
    assert opened(small_picture(picture(size=(64, 48)))).size == (64, 48)


def test_a_picture_of_one_pixel_is_one() -> None:
    assert opened(small_picture(picture("PNG", (1, 1)))).size == (1, 1)
    assert opened(small_picture(picture("PNG", (10_000, 1)))).size == (SIDE, 1)


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "P"), ("PNG", "1"), ("PNG", "LA"), ("PNG", "I;16")]
)
def test_every_kind_of_colours_is_understood(kind: str, mode: str) -> None:
    assert opened(small_picture(picture(kind, mode=mode))).size == (64, 48)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_transparency_stays(kind: str) -> None:
    made = opened(small_picture(see_through(kind))).convert("RGBA")

    corners = [made.getpixel((2, 2)), made.getpixel((17, 17))]
    assert [colour[3] for colour in corners if isinstance(colour, tuple)] == [0, 255]


def test_nothing_beside_the_pixels_is_kept() -> None:
    """E294: no place, no camera, no comment, no colour profile."""
    sent = with_exif()
    assert GPS.encode() in sent

    made = small_picture(sent)

    assert GPS.encode() not in made
    assert set(opened(made).info) <= {"loop", "background", "timestamp", "duration"}
    assert dict(opened(made).getexif()) == {}


@pytest.mark.parametrize(("orientation", "red"), RED_CORNERS.items())
def test_a_telephone_that_was_held_askew_gives_an_upright_picture(orientation: int, red: str) -> None:
    made = opened(small_picture(with_exif(orientation))).convert("RGB")

    spots = {
        f"{row} {column}": made.getpixel((x, y))
        for row, y in (("top", 5), ("bottom", made.height - 6))
        for column, x in (("left", 5), ("right", made.width - 6))
    }
    assert [spot for spot, colour in spots.items() if isinstance(colour, tuple) and colour[1] < 128] == [red]
    assert made.size == ((48, 64) if orientation in {5, 6, 7, 8} else (64, 48))


def test_an_animation_stands_still_at_its_first_frame() -> None:
    made = opened(small_picture(animation()))

    assert getattr(made, "n_frames", 1) == 1
    red, green, blue = made.convert("RGB").getpixel((10, 10))  # type: ignore[misc]  # three colours
    assert red > 200
    assert max(green, blue) < 60


@pytest.mark.parametrize("sent", POLYGLOTS.values(), ids=POLYGLOTS)
def test_of_what_is_a_picture_and_more_only_the_picture_is_left(sent: bytes) -> None:
    made = small_picture(sent)

    assert opened(made).format == "WEBP"
    assert not [code for code in (SCRIPT, b"<script", b"alert(", b"evil.html", b"PK\3\4") if code in made]


@pytest.mark.parametrize("sent", NO_PICTURES.values(), ids=NO_PICTURES)
def test_what_is_no_picture_is_refused(sent: bytes) -> None:
    with pytest.raises(NotAPicture):
        small_picture(sent)


@pytest.mark.parametrize("sent", TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_is_too_large_is_refused_by_its_header(sent: bytes) -> None:
    with pytest.raises(TooManyPixels):
        small_picture(sent)
