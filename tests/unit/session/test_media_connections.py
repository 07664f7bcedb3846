"""When a page has lost all its media."""

from __future__ import annotations

from roomtone.session.media_connections import MediaConnections


def told(connected: object, lost: object, frame: str = "top") -> dict[str, object]:
    """One frame's message."""
    return {"type": "connections", "frame": frame, "connected": connected, "lost": lost}


def test_media_is_lost_when_nothing_is_left():
    """One lost connection of two is none; both are; a closed one says nothing."""
    media = MediaConnections()
    assert media.take(told(2, 0)) is False
    assert media.take(told(1, 1)) is False
    assert media.take(told(0, 2)) is True
    assert media.take(told(1, 0)) is False
    assert media.take(told(0, 0)) is False


def test_frames_are_counted_together():
    """A frame that has a connection keeps the page from having lost its media."""
    media = MediaConnections()
    media.take(told(1, 0, "inner"))
    assert media.take(told(0, 3)) is False
    assert media.take(told(0, 1, "inner")) is True


def test_a_page_loaded_again_begins_anew():
    """Connections of the former document are not waited for; the same document saying hello again changes nothing."""
    media = MediaConnections()
    media.loaded("first")
    media.take(told(2, 0, "of-the-first"))
    media.loaded("first")
    assert media.take(told(0, 1, "other")) is False
    media.loaded("second")
    assert media.take(told(0, 1, "of-the-second")) is True


def test_a_page_may_say_anything():
    """What is no count says nothing."""
    media = MediaConnections()
    for connected, lost in [("1", 0), (None, None), (0, "1")]:
        assert media.take(told(connected, lost)) is None
