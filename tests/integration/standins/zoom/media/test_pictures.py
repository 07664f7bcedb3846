"""What a page sees of the stand-in's people, and that it comes with their sound."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.measuring.flash_and_beep import BEEP_HZ
from tests.measuring.picture import audio_behind_video_ms
from tests.measuring.sound import tone_onsets_s

from .conftest import user_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from .conftest import Ear, Room

    OpenRoom = Callable[..., AbstractAsyncContextManager[Room]]

pytestmark = pytest.mark.browser
FLASHING = {"name": "Flash", "camera": "flash", "says": [{"at_s": 0, "tone": "beep", "every_s": 1}]}
MEASURED = [("webrtc", "canvas"), ("webrtc", "video-tracks"), ("wasm", "canvas"), ("wasm", "video-player")]
MEASURED_SLOWLY = [("webrtc", "video-player"), ("wmsc", "canvas"), ("wasm", "video-tracks")]
ALL = [*MEASURED, *(pytest.param(*each, marks=pytest.mark.slow) for each in MEASURED_SLOWLY)]


@pytest.mark.parametrize(("audio", "picture"), ALL)
async def test_sound_and_picture_leave_together(
    ear: Ear, open_room: OpenRoom, audio: str, picture: str
) -> None:
    """Beeps are heard when flashes are seen, within 80 ms, whichever way both come.

    Four in a row, as soon as the browser, which puts them together itself, has settled and the machine lets it.
    """
    async with open_room([FLASHING], audio=audio, picture=picture) as room:
        await ear.open(room)
        await ear.page.evaluate("room.join()")
        await ear.page.evaluate("id => { room.show(id); }", user_id(0))
        room.log.clock.start(time.monotonic())
        offsets: list[float] = []
        for _ in range(30):
            await asyncio.sleep(1)
            offsets = await offsets_ms(ear)
            if any(together(offsets[start:][:4]) for start in range(3, len(offsets) - 3)):
                break
        else:
            pytest.fail(f"sound behind picture by {[round(each) for each in offsets]} ms")
    assert not ear.complaints


async def offsets_ms(ear: Ear) -> list[float]:
    """How far each beep so far was behind its flash."""
    names = await ear.page.evaluate("room.names()")
    flashes = (await ear.page.evaluate("room.flashes()")).get(str(user_id(0)), [])
    if not (names and flashes):
        return []
    (name,) = names
    start_ms, sound = await ear.heard(name)
    beeps_s = [start_ms / 1000 + onset for onset in tone_onsets_s(sound, BEEP_HZ)]
    return audio_behind_video_ms(beeps_s, [flash / 1000 for flash in flashes]) if beeps_s else []


def together(offsets: list[float]) -> bool:
    """Whether all of them are small, and the middle one smaller still."""
    return abs(float(np.median(offsets))) < 50 and max(abs(each) for each in offsets) < 80


@pytest.mark.parametrize(
    ("picture", "place"),
    [
        ("canvas", "canvas.sharee-container__canvas"),
        ("video-player", f"video-player-container > video-player[node-id='{user_id(0) + 512}'] > video"),
        ("video-tracks", "video"),
    ],
)
async def test_a_shared_screen_is_shown(ear: Ear, open_room: OpenRoom, picture: str, place: str) -> None:
    """A shared screen comes in its own shape, goes when it is detached, and another can follow in its place."""
    people = [{"name": "Ada", "shares": [{"from_s": 0, "file": "slide.png"}]}]
    async with open_room(people, picture=picture) as room:
        await ear.open(room)
        room.scripted[0].showing = room.scripted[0].script.shares[0]
        shown = f"""() => {{
            const element = document.querySelector("#boxes {place}");
            if (!element || !(element.videoWidth || element.width > 300)) return false;
            const canvas = new OffscreenCanvas(4, 4).getContext("2d");
            canvas.drawImage(element, 0, 0, 4, 4);
            return Math.max(...canvas.getImageData(0, 0, 4, 4).data.filter((_, i) => i % 4 !== 3)) > 60;
        }}"""
        show = "id => { globalThis.detach = room.show(id, { share: true, sampled: false }); }"
        for _ in range(2):
            await ear.page.evaluate(show, user_id(0))
            await ear.page.wait_for_function(shown)
            await ear.page.evaluate("detach()")
            assert await ear.page.locator(f"#boxes {place}").count() == 0
    assert not ear.complaints
