"""Several pages' messages as the words of capture."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from roomtone.session.browser.link_messages import AudioMessage, VideoMessage, write_audio, write_video
from roomtone.session.browser.link_reader import LinkReader, PageMessage
from roomtone.session.capture.model import AudioChunk, TrackClosed, TrackOpened, TrackSource, VideoPacket


def _opened(track: int, **more) -> str:
    return json.dumps({"type": "track_opened", "track": track, "kind": "audio", "source": "rtc", **more})


def _closed(track: int) -> str:
    return json.dumps({"type": "track_closed", "track": track})


def _sound(track: int, at_s: float) -> bytes:
    return write_audio(AudioMessage(track, at_s * 1e6, 0, np.ones(960, np.int16)))


def test_a_track_is_told_with_all_that_is_known():
    """Every field of the announcement is passed on."""
    told = LinkReader().text("a", _opened(5, media_track_id="m", stream_id="s", mid="2"), 10.0)
    assert told == TrackOpened(1, "audio", TrackSource.RTC, "m", "s", "2", 10.0)


def test_a_track_told_twice_is_taken_once():
    """After a reconnection the page tells its open tracks again."""
    reader = LinkReader()
    assert reader.text("a", _opened(5), 10.0) is not None
    assert reader.text("a", _opened(5), 11.0) is None


def test_sound_of_an_unknown_track_is_dropped_and_counted():
    """Neither before it is opened nor after it is closed."""
    reader = LinkReader()
    assert reader.binary("a", _sound(1, 10.0), 10.0) is None
    reader.text("a", _opened(1), 10.0)
    assert isinstance(reader.binary("a", _sound(1, 10.0), 10.0), AudioChunk)
    assert reader.text("a", _closed(1), 10.0) == TrackClosed(1, 10.0)
    assert reader.binary("a", _sound(1, 10.0), 10.0) is None
    assert reader.text("a", _closed(1), 10.0) is None
    assert reader.unknown == 3


def test_an_instance_that_is_gone_closes_what_it_had_open():
    """And nothing of another instance."""
    reader = LinkReader()
    for instance in ("a", "b"):
        for track in (1, 2):
            reader.text(instance, _opened(track), 10.0)
    reader.text("a", _closed(2), 10.0)
    assert reader.gone("a", 11.0) == [TrackClosed(1, 11.0)]
    assert isinstance(reader.binary("b", _sound(1, 11.0), 11.0), AudioChunk)


def test_numbers_in_words_are_the_sessions():
    """Statistics and faults name tracks by the number the session knows; an unknown one is None."""
    reader = LinkReader()
    reader.text("a", _opened(1), 10.0)
    reader.text("b", _opened(1), 10.0)
    told = reader.text("b", json.dumps({"type": "statistics", "tracks": [{"track": 1}, {"track": 9}]}), 10.0)
    assert isinstance(told, PageMessage)
    assert told.body["tracks"] == [{"track": 2}, {"track": None}]
    fault = reader.text("b", json.dumps({"type": "fault", "track": 1}), 10.0)
    assert isinstance(fault, PageMessage)
    assert fault.body["track"] == 2


@given(st.lists(st.floats(9.0, 11.0), min_size=2, max_size=50))
def test_pictures_never_run_backwards(stamps_s):
    """However they are stamped, their clock rises strictly."""
    reader = LinkReader()
    placed = []
    for number, stamp_s in enumerate(stamps_s):
        message = write_video(VideoMessage(0, stamp_s * 1e6, number, is_key=True, data=b"x"))
        packet = reader.binary("a", message, 11.0)
        assert isinstance(packet, VideoPacket)
        placed.append(packet.at_s)
    assert all(later > earlier for earlier, later in pairwise(placed))


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sampled_from(["open", "close", "sound", "gone"]), st.integers(0, 4)
        )
    )
)
def test_numbers_are_never_used_again(events):
    """Whatever the pages do, each opened track has a new number and is closed at most once, sound only in between."""
    reader = LinkReader()
    ever: set[int] = set()
    open_now: set[int] = set()
    for instance, what, track in events:
        told: list[object]
        if what == "open":
            told = [reader.text(instance, _opened(track), 10.0)]
        elif what == "close":
            told = [reader.text(instance, _closed(track), 10.0)]
        elif what == "sound":
            told = [reader.binary(instance, _sound(track, 10.0), 10.0)]
        else:
            told = list(reader.gone(instance, 10.0))
        for one in told:
            if isinstance(one, TrackOpened):
                assert one.track not in ever
                ever.add(one.track)
                open_now.add(one.track)
            elif isinstance(one, TrackClosed):
                open_now.remove(one.track)
            elif isinstance(one, AudioChunk):
                assert one.track in open_now
