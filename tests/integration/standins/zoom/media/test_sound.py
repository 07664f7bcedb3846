"""What a page hears in each world of the stand-in is what was said."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import pytest
from tests.measuring.sound import likeness

from roomtone.practice.clips import decode_clip

from .conftest import DEMO, user_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from tests.measuring.sound import Signal

    from .conftest import Ear, Room

    OpenRoom = Callable[..., AbstractAsyncContextManager[Room]]

pytestmark = pytest.mark.browser
ALIKE = 0.7
"""A busy machine's jitter buffer costs a voice some likeness; another voice has about 0.2."""
CLIPS = ("goforward.flac", "something.flac", "numbers.flac")


def saying(name: str, *says: tuple[float, str]) -> dict[str, Any]:
    """A participant who says clips."""
    return {"name": name, "says": [{"at_s": at_s, "file": file} for at_s, file in says]}


def alike(sound: Signal, clip: Signal) -> float:
    """How like a clip what was heard is; printed, for whoever measures."""
    found = likeness(sound, clip)
    print(f"likeness {found:.3f}")
    return found


async def play(ear: Ear, room: Room, for_s: float) -> None:
    """Join, start the script, and hear it for a while."""
    await ear.open(room)
    await ear.page.evaluate("room.join()")
    room.log.clock.start(time.monotonic())
    await asyncio.sleep(for_s)


async def test_each_person_has_a_line_of_the_bridge(ear: Ear, open_room: OpenRoom) -> None:
    """In the WebRTC world every voice comes on an element of its own, whose stream's id names its node."""
    people = [saying("Ada", (1, CLIPS[0])), saying("Grace", (1.5, CLIPS[1])), {"name": "Mute"}]
    async with open_room(people, audio="webrtc") as room:
        await play(ear, room, 6)
        tags = dict(await ear.page.evaluate("room.tags()"))
        assert set(tags) == {"zoom-audio-tag-0", "zoom-audio-tag-1"}
        assert set(tags.values()) == {f"{user_id(index) + 1}%2BCS%2B0%2B0" for index in (0, 1)}
        for tag, stream in tags.items():
            _, sound = await ear.heard(f"{tag} {stream}")
            index = (int(stream.split("%")[0]) - user_id(0)) // 1024
            assert alike(sound, decode_clip(DEMO / CLIPS[index])) > ALIKE
    assert not ear.complaints


async def test_more_speakers_than_lines_share_the_lines(ear: Ear, open_room: OpenRoom) -> None:
    """The eleventh and twelfth speaker get the lines of those who have been silent longest, under ids of their own."""
    people = [saying(f"P{index}", (1 + index % 5 * 0.3, CLIPS[1])) for index in range(10)]
    people += [saying("Late", (6, CLIPS[0])), saying("Later", (6.5, CLIPS[2]))]
    async with open_room(people, audio="webrtc") as room:
        await play(ear, room, 13)
        names = await ear.page.evaluate("room.names()")
        assert len(names) == 12
        assert len({name.split()[0] for name in names}) == 10
        for index, clip in ((10, CLIPS[0]), (11, CLIPS[2])):
            name = next(name for name in names if str(user_id(index) + 1) in name)
            _, sound = await ear.heard(name)
            assert alike(sound, decode_clip(DEMO / clip)) > ALIKE
    assert not ear.complaints


async def test_three_lines_carry_whoever_speaks(ear: Ear, open_room: OpenRoom) -> None:
    """In the WMSC world one line carries one speaker after the other, and only what is told of it says whom."""
    says = [(1.0, 0, CLIPS[0]), (5.5, 1, CLIPS[1]), (10.0, 2, CLIPS[2])]
    people = [saying(f"P{index}", (at_s, clip)) for at_s, index, clip in says]
    async with open_room(people, audio="wmsc") as room:
        await play(ear, room, 15)
        ((tag, stream),) = await ear.page.evaluate("room.tags()")
        assert tag == "zoom-audio-tag-0"
        assert "CS" not in stream
        told = await ear.page.evaluate("room.negotiations.filter(({ body }) => body.type === 7)")
        lines = [each for message in told for each in message["body"]["associate"]]
        assert [line["user_id"]["node_id"] for line in lines] == [user_id(index) for index in range(3)]
        assert len({line["mid"] for line in lines}) == 1
        _, sound = await ear.heard(f"{tag} {stream}")
        for _, _, clip in says:
            assert alike(sound, decode_clip(DEMO / clip)) > ALIKE
    assert not ear.complaints


@pytest.mark.parametrize("audio", ["wasm", "wasm-loop"])
async def test_the_wasm_world_mixes_everybody(ear: Ear, open_room: OpenRoom, audio: str) -> None:
    """In the WASM world there is no element and one mix, made in the worklet."""
    people = [saying("Ada", (1, CLIPS[0])), saying("Grace", (5, CLIPS[2]))]
    async with open_room(people, audio=audio) as room:
        await play(ear, room, 11)
        assert await ear.page.evaluate("room.tags()") == []
        (name,) = await ear.page.evaluate("room.names()")
        assert name == ("destination" if audio == "wasm" else "loop")
        _, sound = await ear.heard(name)
        for clip in (CLIPS[0], CLIPS[2]):
            assert alike(sound, decode_clip(DEMO / clip)) > ALIKE
    assert not ear.complaints


@pytest.mark.parametrize("audio", ["webrtc", "wmsc", "wasm"])
async def test_nothing_is_sent_to_who_may_not_hear(ear: Ear, open_room: OpenRoom, audio: str) -> None:
    """Before a consent, and on hold, lines carry nothing; from the consent on they do."""
    people = [{"name": "Ada", "says": [{"at_s": 0, "file": CLIPS[1], "loop": True}]}]
    async with open_room(people, audio=audio) as room:
        room.client.hears = False
        await play(ear, room, 2.5)
        assert not room.log.happenings or all(each.what != "clip_began" for each in room.log.happenings)
        assert await loudest(ear) < 0.001
        room.client.hears = True
        async with asyncio.timeout(20):
            while await loudest(ear) < 0.05:  # noqa: ASYNC110
                await asyncio.sleep(0.2)


async def loudest(ear: Ear) -> float:
    """The loudest sample that any recording holds."""
    names = await ear.page.evaluate("room.names()")
    return max([float(abs((await ear.heard(name))[1]).max(initial=0)) for name in names], default=0.0)


@pytest.mark.parametrize(
    "audio", ["webrtc", *(pytest.param(each, marks=pytest.mark.slow) for each in ("wmsc", "wasm"))]
)
async def test_audio_that_never_joins_is_told(ear: Ear, open_room: OpenRoom, audio: str) -> None:
    """Where joining never succeeds the page is told so after 10 s."""
    async with open_room([saying("Ada", (0, CLIPS[0]))], audio=audio, audio_join="no-audio") as room:
        await ear.open(room)
        assert await ear.page.evaluate("room.join().catch((problem) => problem.message)") == "timeout"
