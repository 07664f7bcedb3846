"""Which frames are Zoom's client."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from roomtone.session.platforms.zoom.frames import is_client_frame

if TYPE_CHECKING:
    from playwright.async_api import Frame


class _Frame:
    def __init__(self, url: str, name: str = "") -> None:
        self.url = url
        self.name = name


@pytest.mark.parametrize(
    ("url", "name", "is_client"),
    [
        ("https://app.zoom.us/wc/81234567890/join?fromPWA=1", "", True),
        ("https://us05web.zoom.us/wc/join/81234567890", "", True),
        ("https://zoom.us/wc", "", True),
        ("https://company.zoomgov.com/wc/1", "", True),
        ("about:blank", "webclient", True),
        ("https://www.google.com/recaptcha/api2/anchor?co=https://app.zoom.us/wc/1", "", False),
        ("https://evilzoom.us.example/wc/1", "", False),
        ("https://notzoom.us/wc/1", "", False),
        ("https://zoom.us/wca", "", False),
    ],
)
def test_a_frame_is_told_by_its_address_or_its_id(url, name, is_client):
    """The client's frame is looked into, a captcha's or a stranger's is not."""
    assert is_client_frame(cast("Frame", _Frame(url, name))) is is_client
