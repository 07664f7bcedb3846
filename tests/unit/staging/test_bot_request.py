"""The body that staging sends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.staging.bot_request import bot_name, merged, read_request_file, staged_request
from roomtone.staging.errors import InvalidRequestFile

OURS = {"meeting_link": "http://m", "callback_url": "http://c", "live_url": "ws://l"}
values = st.recursive(
    st.none() | st.booleans() | st.integers(),
    lambda v: st.dictionaries(st.sampled_from("abc"), v, max_size=3),
)
objects = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@given(objects, objects)
def test_a_merge_keeps_what_is_given_and_fills_the_rest(under, over):
    """Every value of the file stands; every field that it does not name is ours; neither side is changed."""
    before = repr(under), repr(over)
    result = merged(under, over)
    assert (repr(under), repr(over)) == before
    assert set(result) == set(under) | set(over)
    for name, value in over.items():
        if not isinstance(value, dict) or not isinstance(under.get(name), dict):
            assert result[name] == value
    assert merged(result, over) == result


def test_our_receivers_are_filled_in():
    """Without a file, the bot goes to the meeting and reports to us."""
    body = staged_request({}, **OURS)
    assert body["meeting_link"] == "http://m"
    assert body["callback_url"] == "http://c"
    assert body["live_audio_required"] == {"websocket_url": "ws://l"}
    assert bot_name({}) == body["bot_name"]
    assert (bot_name({"bot_name": " Echo "}), bot_name({"bot_name": None})) == ("Echo", None)


def test_live_video_comes_to_us_when_it_is_asked_for():
    """An address of one's own stands; without one it is ours."""
    ours = staged_request({"live_video_required": {}}, **OURS, video_url="ws://v")
    assert ours["live_video_required"] == {"websocket_url": "ws://v"}
    theirs = staged_request({"live_video_required": {"websocket_url": "ws://x"}}, **OURS, video_url="ws://v")
    assert theirs["live_video_required"] == {"websocket_url": "ws://x"}
    assert "live_video_required" not in staged_request({}, **OURS)


def test_the_file_is_respected():
    """A link, a receiver or no live audio at all, as the file says; a width alone keeps our address."""
    body = staged_request(
        {"meeting_link": "http://x", "live_audio_required": None, "callback_url": None}, **OURS
    )
    assert body["meeting_link"] == "http://x"
    assert body["live_audio_required"] is None
    assert body["callback_url"] is None
    narrow = staged_request({"live_audio_required": {"length_bytes": 2}}, **OURS)
    assert narrow["live_audio_required"] == {"websocket_url": "ws://l", "length_bytes": 2}


def test_a_file_that_cannot_be_used_is_told(tmp_path):
    """A missing file, no JSON and no object are each told plainly."""
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "broken.json").write_text("{")
    for name, told in (
        ("none.json", "cannot read"),
        ("list.json", "JSON object"),
        ("broken.json", "not JSON"),
    ):
        with pytest.raises(InvalidRequestFile, match=told):
            read_request_file(tmp_path / name)
    assert read_request_file(None) == {}
