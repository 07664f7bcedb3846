"""Any picture file becomes what a camera shows, or is refused with the reason."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from roomtone.session.picture_fetch import CAMERA_SIZE, MOST_PIXELS, PictureUnusable, camera_picture

RED, BLUE = (220, 30, 30), (30, 30, 220)


def halves(kind: str, size: tuple[int, int] = (400, 200), **options: object) -> bytes:
    """A picture file, its left half red and its right half blue."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def shown(data: bytes) -> Image.Image:
    """What the camera shows of a file."""
    picture = Image.open(io.BytesIO(camera_picture(data)))
    assert picture.size == CAMERA_SIZE
    return picture.convert("RGB")


def is_near(pixel: object, colour: tuple[int, int, int]) -> bool:
    """Whether a pixel has a colour, as far as JPEG keeps it."""
    assert isinstance(pixel, tuple)
    return all(abs(one - other) < 30 for one, other in zip(pixel, colour, strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_every_kind_of_picture_is_shown_whole(kind: str) -> None:
    """It fills the width, keeps its shape, and has dark bars above and below."""
    picture = shown(halves(kind))
    assert is_near(picture.getpixel((100, 360)), RED)
    assert is_near(picture.getpixel((1200, 360)), BLUE)
    assert is_near(picture.getpixel((640, 10)), (16, 19, 26))


def test_a_photograph_is_shown_upright() -> None:
    """A camera that was held sideways says so in the file; left becomes top."""
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90 degrees to the right
    picture = shown(halves("JPEG", exif=exif))
    assert is_near(picture.getpixel((640, 100)), RED)
    assert is_near(picture.getpixel((640, 620)), BLUE)


def test_what_is_transparent_is_dark() -> None:
    """A logo without a background is on the bars' colour."""
    file = io.BytesIO()
    Image.new("RGBA", (64, 36), (0, 0, 0, 0)).save(file, "PNG")
    assert is_near(shown(file.getvalue()).getpixel((640, 360)), (16, 19, 26))


def test_of_a_moving_picture_the_first_frame_is_shown() -> None:
    """A GIF stands still."""
    file = io.BytesIO()
    first, second = Image.new("RGB", (160, 90), RED), Image.new("RGB", (160, 90), BLUE)
    first.save(file, "GIF", save_all=True, append_images=[second])
    assert is_near(shown(file.getvalue()).getpixel((640, 360)), RED)


def test_what_is_no_picture_is_refused() -> None:
    """A page that says that there is no such picture, a document, a drawing in SVG."""
    for data in (b"", b"<html>not found</html>", b"%PDF-1.7", b"<svg xmlns='http://www.w3.org/2000/svg'/>"):
        with pytest.raises(PictureUnusable, match="PNG, JPEG, WebP or GIF"):
            camera_picture(data)


def test_a_torn_picture_is_refused() -> None:
    """Half of a file is not shown as half of a picture."""
    whole = halves("PNG", (640, 360))
    with pytest.raises(PictureUnusable, match="damaged"):
        camera_picture(whole[: len(whole) // 2])


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    """A small file of many millions of pixels."""
    file = io.BytesIO()
    Image.new("1", (MOST_PIXELS // 1000, 1001)).save(file, "PNG")
    assert len(file.getvalue()) < 100_000
    with pytest.raises(PictureUnusable, match="million pixels"):
        camera_picture(file.getvalue())
