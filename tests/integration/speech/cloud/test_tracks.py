"""Asking for many tracks, and keeping what was answered."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from roomtone.speech.cloud.kept_work import KeptWork, track_key
from roomtone.speech.cloud.tracks import ask_for_each
from roomtone.speech.errors import ProviderRefused, ProviderUnavailable, UnusableAudio
from roomtone.speech.port import Track

if TYPE_CHECKING:
    from pathlib import Path


def tracks_of(folder: Path, n: int) -> list[Track]:
    """Tracks with files of a few bytes, each longer than the one before."""
    for number in range(n):
        (folder / f"{number}.ogg").write_bytes(b"x" * (number + 1))
    return [Track(folder / f"{number}.ogg", float(number)) for number in range(n)]


async def test_answers_come_in_order_and_a_few_at_a_time(tmp_path):
    """However long each takes; progress is weighed by size and ends with 1."""
    running, most, told = 0, 0, list[float]()

    async def ask(number, _track, tell):
        nonlocal running, most
        running += 1
        most = max(most, running)
        tell(0.5)
        await asyncio.sleep(0.01 * (5 - number % 5))
        running -= 1
        return number

    tracks = tracks_of(tmp_path, 9)
    assert await ask_for_each(tracks, ask, told.append, at_once=3) == list(range(9))
    assert most == 3
    assert told == sorted(told)
    assert told[-1] == 1.0


async def test_after_a_passing_error_what_has_begun_is_finished(tmp_path):
    """Nothing new is begun, and the error comes when the others are done."""
    begun, done = list[int](), list[int]()

    async def ask(number, _track, _tell):
        begun.append(number)
        if number == 1:
            raise ProviderUnavailable("later")
        await asyncio.sleep(0.02)
        done.append(number)

    with pytest.raises(ProviderUnavailable):
        await ask_for_each(tracks_of(tmp_path, 9), ask, lambda _: None, at_once=3)
    assert begun == [0, 1, 2]
    assert sorted(done) == [0, 2]


async def test_after_a_lasting_error_the_others_are_cancelled(tmp_path):
    """It goes before errors that may pass."""
    cancelled = []

    async def ask(number, _track, _tell):
        if number == 0:
            raise ProviderUnavailable("later")
        try:
            await asyncio.sleep(0.01 if number == 1 else 60)
        except asyncio.CancelledError:
            cancelled.append(number)
            raise
        raise ProviderRefused("never")

    with pytest.raises(ProviderRefused):
        await ask_for_each(tracks_of(tmp_path, 3), ask, lambda _: None, at_once=3)
    assert cancelled == [2]


async def test_tracks_without_sound_are_left_out_while_one_has_some(tmp_path):
    """None of them is the error itself."""

    async def ask(number, _track, _tell):
        if number != 1:
            raise UnusableAudio("broken")
        return "heard"

    tracks = tracks_of(tmp_path, 3)
    assert await ask_for_each(tracks, ask, lambda _: None) == [None, "heard", None]
    with pytest.raises(UnusableAudio, match="broken"):
        await ask_for_each(tracks[:1], ask, lambda _: None)


async def test_what_is_kept_is_whole_or_not_there(tmp_path):
    """A torn write leaves what was there before; broken characters come back as they were."""
    kept = KeptWork(tmp_path, "example")
    assert await kept.read("a") is None
    await kept.keep("a", {"text": "Zoë \ud800", "n": 1})
    assert await kept.read("a") == {"text": "Zoë \ud800", "n": 1}
    (tmp_path / "example-b.kept.json.part").write_text('{"to')
    (tmp_path / "example-c.kept.json").write_text('{"to')
    assert await kept.keys() == ["a", "c"]
    assert await kept.read("c") is None
    await kept.forget("a")
    await kept.forget("a")
    assert await kept.read("a") is None


def test_another_question_has_another_key(tmp_path):
    """The same file at the same place with the same options, and nothing else, has the same key."""
    first, second = tracks_of(tmp_path, 2)
    key = track_key(0, first, {"a": [1], "b": None})
    assert key == track_key(0, first, json.loads('{"b": null, "a": [1]}'))
    others = (
        track_key(1, first, {"a": [1], "b": None}),
        track_key(0, second, {"a": [1], "b": None}),
        track_key(0, first, {}),
    )
    assert len({key, *others}) == 4
