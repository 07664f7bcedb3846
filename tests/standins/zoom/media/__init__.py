"""The media of the Zoom stand-in: the engines of its sound, and its pictures. See README.md of the stand-in."""

from tests.standins.zoom.media.bridge import serve_bridge
from tests.standins.zoom.media.packets import serve_media
from tests.standins.zoom.media.wmsc import serve_wmsc

__all__ = ["serve_bridge", "serve_media", "serve_wmsc"]
