"""Drawing what scripted cameras show: test patterns, flashes, pictures fitted into a frame."""

from __future__ import annotations

import colorsys
import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont, UnidentifiedImageError

from roomtone.practice.errors import UnusableMedia
from roomtone.practice.meeting_clock import PICTURES_PER_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

Picture = np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]
"""A picture: height x width x 3, RGB."""

LOOP_S = 10
"""Length of the drawn loops, in seconds; the clock and the counter on them begin again with them."""
FLASH_PICTURES = 3
"""How long the flash is lit: 100 ms, like the beep."""
MAX_SHARE_WIDTH, MAX_SHARE_HEIGHT = 1920, 1080

_FONTS = ("DejaVuSans-Bold.ttf", "NotoSans-Bold.ttf")
_WIDE_FONT = "NotoSansCJK-Bold.ttc"
_FIRST_WIDE = "\u2e80"
"""From here on are the letters of East Asia, which the other fonts lack."""


def pattern_pictures(name: str, hue: float, width: int, height: int) -> Iterator[Picture]:
    """A loop of `LOOP_S` seconds: the name big on a colour of its own, a sweeping clock, a gliding bar.

    Args:
        name: Any text; drawn as large as it fits.
        hue: Colour of the background, from 0 to 1.
        width: Pixels, even.
        height: Pixels, even.
    """
    background = _backdrop(name, hue, width, height)
    bar_width = width // 12
    for index in range(LOOP_S * PICTURES_PER_S):
        image = background.copy()
        draw = ImageDraw.Draw(image)
        _draw_clock(draw, index, width, height)
        glide = 0.5 - 0.5 * math.cos(2 * math.pi * index / (5 * PICTURES_PER_S))
        left = int(glide * (width - bar_width))
        draw.rectangle((left, height - height // 28, left + bar_width, height), fill=_rgb(hue, 0.35, 0.95))
        yield np.asarray(image)


def flash_pictures(name: str, width: int, height: int) -> Iterator[Picture]:
    """A loop of `LOOP_S` seconds: black with the picture's number, white for 100 ms at each second."""
    font = _font(height // 5)
    small = _font(height // 14)
    for index in range(LOOP_S * PICTURES_PER_S):
        lit = index % PICTURES_PER_S < FLASH_PICTURES
        image = Image.new("RGB", (width, height), "white" if lit else "black")
        draw = ImageDraw.Draw(image)
        ink = "black" if lit else "white"
        draw.text((width // 2, height // 2), f"{index:03d}", font=font, fill=ink, anchor="mm")
        draw.text((width // 2, height * 4 // 5), name, font=small, fill=ink, anchor="mm")
        yield np.asarray(image)


def still_picture(file: Path, size: tuple[int, int] | None) -> Picture:
    """A picture file, fitted with black bars into `size` (width, height); None gives it its `share_size`.

    Raises:
        UnusableMedia: If it cannot be decoded.
    """
    try:
        with Image.open(file) as opened:
            image = opened.convert("RGB")
    except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as problem:
        raise UnusableMedia(file, f"cannot be decoded as a picture: {problem}") from None
    return np.asarray(fitted(image, size or share_size(image.width, image.height)))


def share_size(width: int, height: int) -> tuple[int, int]:
    """The size in which a shared screen is sent: its own, at most 1920x1080, even."""
    scale = min(1.0, MAX_SHARE_WIDTH / width, MAX_SHARE_HEIGHT / height)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


def fitted(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """An image in a frame of `size`, as large as it fits, its shape kept, the rest black."""
    scale = min(size[0] / image.width, size[1] / image.height)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    resized = image.resize(inner, Image.Resampling.LANCZOS)
    if inner == size:
        return resized
    frame = Image.new("RGB", size, "black")
    frame.paste(resized, ((size[0] - inner[0]) // 2, (size[1] - inner[1]) // 2))
    return frame


def _backdrop(name: str, hue: float, width: int, height: int) -> Image.Image:
    top, bottom = np.array(_rgb(hue, 0.55, 0.42)), np.array(_rgb(hue, 0.7, 0.2))
    ramp = np.linspace(0, 1, height)[:, None, None]
    rows = (top * (1 - ramp) + bottom * ramp).astype(np.uint8)
    image = Image.fromarray(np.broadcast_to(rows, (height, width, 3)).copy())
    draw = ImageDraw.Draw(image)
    size = height // 6
    while size > 12 and draw.textlength(name, font=_font(size, name)) > width * 0.9:
        size -= 2
    draw.text((width // 2, height // 2), name, font=_font(size, name), fill="white", anchor="mm")
    return image


def _draw_clock(draw: ImageDraw.ImageDraw, index: int, width: int, height: int) -> None:
    radius = height // 9
    x, y = width - radius * 2, radius * 3 // 2
    draw.ellipse(
        (x - radius, y - radius, x + radius, y + radius), outline="white", width=max(2, radius // 16)
    )
    turn = 2 * math.pi * index / (LOOP_S * PICTURES_PER_S)
    tip = (x + radius * 0.85 * math.sin(turn), y - radius * 0.85 * math.cos(turn))
    draw.line((x, y, *tip), fill="white", width=max(3, radius // 10))
    text = f"{index / PICTURES_PER_S:04.1f}"
    draw.text((x, y + radius * 3 // 2), text, font=_font(height // 18), fill="white", anchor="mm")


def _rgb(hue: float, saturation: float, value: float) -> tuple[int, int, int]:
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return int(red * 255), int(green * 255), int(blue * 255)


def _font(size: int, text: str = "") -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    is_wide = max(text, default="") >= _FIRST_WIDE
    for name in (_WIDE_FONT, *_FONTS) if is_wide else _FONTS:
        try:
            return ImageFont.truetype(name, size)
        except OSError:
            continue
    return ImageFont.load_default(size)
