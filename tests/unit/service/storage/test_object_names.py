"""Names of objects in a workspace's own bucket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.storage.object_names import kind_of, object_key

PARTS = st.text("ab_.", min_size=1, max_size=4)


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("bots/1/audio.mp3", "audio"),
        ("bots/1/video.mp4", "video"),
        ("bots/1/recording.mp4", "video"),
        ("bots/1/audio_streams/ada/0.webm", "audio"),
        ("bots/1/video_streams/ada/0.webm", "video"),
        ("bots/1/transcripts/7.json", "transcript"),
        ("bots/1/captions/captions.jsonl", "transcript"),
        ("bots/1/screenshot/failure.png", "metadata"),
        ("bots/1/log/session.log", "metadata"),
    ],
)
def test_the_kind_of_an_object_is_told_by_its_name(key: str, kind: str):
    """By its folder first, then by its suffix."""
    assert kind_of(key) == kind
    assert object_key("all", {kind: "own"}, key) == f"own/1_{key.removeprefix('bots/1/')}"
    assert object_key("all", {}, key) == f"all/1_{key.removeprefix('bots/1/')}"


@given(st.lists(PARTS, min_size=1, max_size=3), st.lists(PARTS, min_size=1, max_size=3))
def test_different_keys_have_different_names(one: list[str], other: list[str]):
    """No object takes the place of another, whatever its parts hold."""
    first, second = "/".join(("bots", "id", *one)), "/".join(("bots", "id", *other))
    names = {object_key("p", {}, first), object_key("p", {}, second)}
    assert len(names) == len({first, second})
