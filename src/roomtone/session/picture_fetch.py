"""Pictures from users' links: fetched within bounds, decoded to be sure, and made fit for a camera."""

from __future__ import annotations

import asyncio
import base64
import io
import warnings
from typing import TYPE_CHECKING

import httpx2
from PIL import Image, ImageOps, UnidentifiedImageError

from roomtone.bot.errors import RoomtoneError
from roomtone.outbound.errors import OutboundError
from roomtone.outbound.http import guarded_http_client

if TYPE_CHECKING:
    from roomtone.outbound.policy import AddressPolicy

CAMERA_SIZE = (1280, 720)
"""Pixels of the camera's picture."""
LARGEST_PICTURE_BYTES = 10 * 1024 * 1024
MOST_PIXELS = 60_000_000
"""A small file can unpack to any size; more than this is not decoded."""
FETCH_TIMEOUT_S = 15.0
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
_BACKGROUND = (16, 19, 26)


class PictureUnusable(RoomtoneError):
    """The link leads to no picture that can be shown; the text tells the customer why, without the link."""


async def fetch_picture(url: str, policy: AddressPolicy) -> str:
    """The picture behind a link as a camera shows it: a JPEG of `CAMERA_SIZE` as a data URL.

    Args:
        url: http or https; redirects are not followed.
        policy: What may be connected to.

    Raises:
        PictureUnusable: If it cannot be had, is larger than 10 MB, or is no PNG, JPEG, WebP or GIF.
    """
    return await read_picture(await _fetch(url, policy))


async def read_picture(data: bytes) -> str:
    """The picture in a file's bytes as a camera shows it, as `fetch_picture` gives it.

    Raises:
        PictureUnusable: As of `camera_picture`; or it is larger than 10 MB.
    """
    if len(data) > LARGEST_PICTURE_BYTES:
        raise PictureUnusable(f"the picture is larger than {LARGEST_PICTURE_BYTES // 1024**2} MB")
    picture = await asyncio.to_thread(camera_picture, data)
    return "data:image/jpeg;base64," + base64.b64encode(picture).decode()


async def _fetch(url: str, policy: AddressPolicy) -> bytes:
    client = guarded_http_client(policy, timeout_s=FETCH_TIMEOUT_S, max_body_bytes=LARGEST_PICTURE_BYTES + 1)
    try:
        async with client:
            response = await client.get(url)
    except httpx2.TimeoutException:
        raise PictureUnusable(f"the picture did not come within {FETCH_TIMEOUT_S:g} s") from None
    except OutboundError as problem:
        raise PictureUnusable(f"the picture cannot be fetched: {problem}") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
        raise PictureUnusable(f"the picture cannot be fetched: {type(problem).__name__}") from None
    if response.status_code != 200:
        raise PictureUnusable(f"the picture's server answered {response.status_code}")
    return response.content


def camera_picture(data: bytes) -> bytes:
    """A picture file as a JPEG of `CAMERA_SIZE`: upright, whole, with bars where it has another shape.

    Of moving pictures the first frame; what is transparent is dark.

    Raises:
        PictureUnusable: If it is no PNG, JPEG, WebP or GIF, is damaged, or is too large.
    """
    try:
        with warnings.catch_warnings(), Image.open(io.BytesIO(data), formats=FORMATS) as opened:
            warnings.simplefilter("ignore")
            if opened.width * opened.height > MOST_PIXELS:
                raise PictureUnusable(f"the picture has more than {MOST_PIXELS // 1_000_000} million pixels")
            opened.draft("RGB", CAMERA_SIZE)
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except UnidentifiedImageError:
        raise PictureUnusable("it is no PNG, JPEG, WebP or GIF picture") from None
    except (OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError):
        raise PictureUnusable("the picture is damaged") from None
    fitted = ImageOps.contain(upright, CAMERA_SIZE)
    canvas = Image.new("RGB", CAMERA_SIZE, _BACKGROUND)
    corner = ((CAMERA_SIZE[0] - fitted.width) // 2, (CAMERA_SIZE[1] - fitted.height) // 2)
    canvas.paste(fitted, corner, fitted)
    encoded = io.BytesIO()
    canvas.save(encoded, "JPEG", quality=88)
    return encoded.getvalue()
