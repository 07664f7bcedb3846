"""Links to single files: what they open, and what they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roomtone.service.api.media_links import LINKS_PATH, MediaLinks

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
BOT = "5b0f9c1e-8f1c-4a0e-9f43-0d1f3f6f6d10"
HOUR = timedelta(hours=1)
LINKS = MediaLinks(b"k" * 32, lambda: NOW)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)


def taken_apart(link: str) -> tuple[str, str, str, str, str]:
    """What the route hands to ``problem``."""
    url = urlsplit(link)
    assert url.path.startswith(LINKS_PATH + "/")
    bot_id, kind, name = (unquote(part) for part in url.path.removeprefix(LINKS_PATH + "/").split("/"))
    query = parse_qs(url.query, strict_parsing=True)
    return bot_id, kind, name, query["expires"][0], query["signature"][0]


def test_a_link_looks_as_it_is_documented():
    """The path names the file, the query when it ends and its signature, which hangs on nothing else."""
    assert LINKS.path(BOT, "audio", "audio.mp3", HOUR) == (
        f"/api/v1/media/{BOT}/audio/audio.mp3?expires=1777640400"
        "&signature=rIRl0tD2TxsPpxCpZs0SbD9lvx-vDab_7uOVPe4_Ly8"
    )


@given(bot_id=TEXTS, kind=TEXTS, name=TEXTS, seconds=st.integers(1, 10**6))
def test_a_link_works_until_it_ends(bot_id: str, kind: str, name: str, seconds: int):
    """To its last second it is good, from then on it says that it has ended."""
    parts = taken_apart(LINKS.path(bot_id, kind, name, timedelta(seconds=seconds)))
    assert parts[:3] == (bot_id, kind, name)
    last = MediaLinks(b"k" * 32, lambda: NOW + timedelta(seconds=seconds, microseconds=-1))
    over = MediaLinks(b"k" * 32, lambda: NOW + timedelta(seconds=seconds))
    assert last.problem(*parts) is None
    assert "no longer good" in str(over.problem(*parts))


@pytest.mark.parametrize("part", range(5))
@given(other=st.text(max_size=50))
def test_a_link_changed_in_any_part_is_none(part: int, other: str):
    """Another bot, kind, name, time or signature: the link is refused."""
    parts = list(taken_apart(LINKS.path(BOT, "video", "video.mp4", HOUR)))
    if parts[part] == other:
        return
    parts[part] = other
    assert "signature" in str(LINKS.problem(*parts))


def test_parts_cannot_be_moved_over_their_borders():
    """What is signed for one file fits no other whose parts join to the same text."""
    *_, expires, signature = taken_apart(LINKS.path("a", "b", "c/d", HOUR))
    assert LINKS.problem("a", "b/c", "d", expires, signature) is not None


def test_another_key_ends_every_link():
    """A link of the former key is refused, as is one that is not signed at all."""
    parts = taken_apart(LINKS.path(BOT, "audio", "audio.mp3", HOUR))
    assert MediaLinks(b"l" * 32, lambda: NOW).problem(*parts) is not None
    assert LINKS.problem(*parts[:4], None) is not None
    assert LINKS.problem(*parts[:3], None, parts[4]) is not None
    assert LINKS.problem(*parts[:3], "9" * 40, parts[4]) is not None
