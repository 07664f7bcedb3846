"""Which frames are Zoom's client: it may run in the page itself or in a frame of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.async_api import Frame

_CLIENT = re.compile(r"https://(?:[\w-]+\.)*zoom(?:gov)?\.(?:us|com)(?::\d+)?/wc(?:[/?#]|$)")


def is_client_frame(frame: Frame) -> bool:
    """Whether a frame inside the page is Zoom's client."""
    return _CLIENT.match(frame.url) is not None or frame.name == "webclient"
