"""The playlist, letter by letter."""

from datetime import UTC, datetime

from roomtone.service.live_view.playlist import WINDOW, playlist
from roomtone.service.live_view.segments import Segment

BEGUN_AT = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)


def segments(n: int) -> list[Segment]:
    """So many of two seconds."""
    return [Segment(i, i * 100, i * 100 + 100, i * 2.0, i * 2.0 + 2.0, True) for i in range(n)]


def url(name: str) -> str:
    """Of a file of the view."""
    return f"live/{name}?signature=x"


def test_running_recording_shows_its_newest_segments():
    """A sliding playlist: the first segment's number and instant, and no end."""
    text = playlist(segments(WINDOW + 2), url, is_complete=False, begun_at=BEGUN_AT)
    assert text.splitlines()[:9] == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-TARGETDURATION:2",
        "#EXT-X-MEDIA-SEQUENCE:2",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MAP:URI="live/init.mp4?signature=x"',
        "#EXT-X-PROGRAM-DATE-TIME:2026-05-01T12:00:04.000Z",
        "#EXTINF:2.00000,",
        "live/2.m4s?signature=x",
    ]
    assert text.endswith(f"live/{WINDOW + 1}.m4s?signature=x\n")
    assert text.count("#EXTINF") == WINDOW


def test_whole_recording_is_an_event_that_ends():
    """Everything since the beginning, and that nothing follows."""
    text = playlist(segments(WINDOW + 2), url, is_complete=True, begun_at=None, whole=True)
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "#EXT-X-MEDIA-SEQUENCE:0\n" in text
    assert text.endswith("#EXT-X-ENDLIST\n")
    assert "DATE-TIME" not in text
    assert text.count("#EXTINF") == WINDOW + 2


def test_segment_that_cannot_be_begun_with_is_not_promised():
    """Independence is promised of all or of none."""
    last = Segment(2, 200, 300, 4.0, 6.0, False)
    assert "INDEPENDENT" not in playlist([*segments(2), last], url, is_complete=False, begun_at=None)
