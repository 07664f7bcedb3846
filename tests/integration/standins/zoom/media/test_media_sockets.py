"""What comes over the media sockets, seen by a program that is no browser."""

from __future__ import annotations

import asyncio
import json
import struct
import subprocess
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from websockets.asyncio.client import connect

from roomtone.practice.clips import decode_clip

from .conftest import DEMO, Words, room_of, user_id

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from websockets.asyncio.client import ClientConnection

    from .conftest import Room

CLIP = "goforward.flac"
WAIT_S = 60.0
Packet = tuple[int, int, int, bytes]


def socket_of(room: Room, kind: str) -> Any:
    """Connect to a media socket."""
    return connect(f"{room.url.replace('http', 'ws')}wc/media/1?type={kind}&cid=c", max_size=None)


async def packets_of(socket: ClientConnection, for_s: float) -> list[Packet]:
    """Flags, node, number and payload of all that comes for a while."""
    found = []
    try:
        async with asyncio.timeout(for_s):
            while True:
                message = await socket.recv()
                if isinstance(message, bytes):
                    _, flags, _, node, number = struct.unpack("<BBHII", message[:12])
                    found.append((flags, node, number, message[12:]))
    except TimeoutError:
        return found


async def packets_until(
    socket: ClientConnection, is_enough: Callable[[list[Packet]], object]
) -> list[Packet]:
    """All that comes until it is enough, however long that takes here, and for a little longer."""
    found: list[Packet] = []
    async with asyncio.timeout(WAIT_S):
        while not is_enough(found):
            found += await packets_of(socket, 0.5)
    return found + await packets_of(socket, 0.5)


async def until_silent(socket: ClientConnection, node: int) -> None:
    """Wait until nothing comes of a node any more."""
    async with asyncio.timeout(WAIT_S):
        while node in {packet[1] for packet in await packets_of(socket, 0.5)}:
            pass


def size_of(picture: bytes) -> tuple[int, int]:
    """Width and height that a VP8 key frame says (RFC 6386, 9.1)."""
    width, height = struct.unpack("<HH", picture[6:10])
    return width & 0x3FFF, height & 0x3FFF


def reaches(number: int, found: list[Packet]) -> bool:
    """Whether the packet of a number came, or one after it."""
    return bool(found) and found[-1][2] >= number


async def sound_of(
    people: list[dict[str, Any]], first: int, last: int, *, is_shown: bool = False
) -> tuple[list[Packet], list[str]]:
    """Sound by its packets' numbers from the meeting's beginning, and what happened; with the first share shown.

    The stand-in keeps to real time and leaves out what it had no time for: on a machine that stood still between
    the first and the last packet that are expected it is tried again, a few times.
    """
    for _ in range(5):
        async with room_of(Words(audio="wasm"), people) as room, socket_of(room, "a") as socket:
            assert json.loads(await socket.recv()) == {"ready": True}
            if is_shown:
                room.scripted[0].showing = room.scripted[0].script.shares[0]
            room.log.clock.start(time.monotonic())
            zero = (room.log.clock.zero_grid or 0) * 5
            came = await packets_until(socket, partial(reaches, zero + last))
        sound = [(flags, node, number - zero, data) for flags, node, number, data in came if flags == 1]
        if {number for _, _, number, _ in sound} >= set(range(first, last + 1)):
            break
    return sound, [each.what for each in room.log.happenings]


async def test_sound_packets_hold_the_clip_to_the_sample() -> None:
    """The samples of a clip, put at their packets' numbers, are the clip itself."""
    people = [{"name": "Ada", "says": [{"at_s": 0.5, "file": CLIP}]}]
    clip = np.round(decode_clip(DEMO / CLIP) * 32767).astype(np.int16)
    sound, happened = await sound_of(people, 25, (24_000 + len(clip) - 1) // 960)
    heard = np.zeros(48_000 * 60, np.int16)
    for _, node, number, payload in sound:
        assert node == user_id(0) + 1
        samples = np.frombuffer(payload, "<i2")
        heard[number * 960 :][: len(samples)] = samples
    assert np.array_equal(heard[24_000 : 24_000 + len(clip)], clip)
    assert happened == ["clip_began", "clip_ended"]


async def test_a_picture_begins_with_a_key_frame_and_follows_its_watcher() -> None:
    """Pictures come from a key frame on without a gap, small ones when all that show them are small, none unwatched."""
    people = [{"name": "Ada", "camera": "flash"}]
    async with room_of(Words(picture="canvas"), people) as room, socket_of(room, "v") as socket:
        node = user_id(0) + 1
        await socket.send(json.dumps({"watch": [{"node": node, "small": False}]}))
        large = await packets_until(socket, lambda found: len(found) > 10)
        assert large[0][0] == 1
        assert size_of(large[0][3]) == (1280, 720)
        numbers = [number for _, _, number, _ in large if number]
        assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        await socket.send(json.dumps({"watch": [{"node": node, "small": True}]}))
        small = await packets_until(
            socket,
            lambda found: any(flags and size_of(payload) == (640, 360) for flags, _, _, payload in found),
        )
        sent = [number for _, _, number, _ in small]
        assert sent == sorted(set(sent))
        decoder = av.CodecContext.create("vp8", "r")
        decoded = [frame for packet in large + small for frame in decoder.decode(av.Packet(packet[3]))]
        assert len(decoded) == len(large + small)
        await socket.send(json.dumps({"watch": []}))
        await until_silent(socket, node)


@pytest.mark.parametrize("kind", ["a", "v"])
async def test_nothing_comes_before_it_may(kind: str) -> None:
    """Whoever may not hear gets neither sound nor pictures; nor do those who have left send any."""
    people = [{"name": "Ada", "camera": "flash", "says": [{"at_s": 0, "tone": "beep", "every_s": 0.2}]}]
    async with room_of(Words(audio="wasm"), people) as room, socket_of(room, kind) as socket:
        room.client.hears = False
        room.log.clock.start(time.monotonic())
        await socket.send(json.dumps({"watch": [{"node": user_id(0) + 1, "small": False}]}))
        assert not await packets_of(socket, 1)
        room.client.hears = True
        await packets_until(socket, lambda found: user_id(0) + 1 in {node for _, node, _, _ in found})
        room.scripted[0].present = False
        await until_silent(socket, user_id(0) + 1)


async def test_a_shared_video_brings_its_sound(tmp_path: Path) -> None:
    """What a shared video sounds like comes from the share's node, from the share's beginning to its end."""
    film = tmp_path / "film.mp4"
    source = [
        "-f",
        "lavfi",
        "-i",
        "testsrc=duration=2:size=320x240:rate=30",
        "-f",
        "lavfi",
        "-i",
        "sine=duration=2",
    ]
    command = ["ffmpeg", "-v", "error", *source, str(film)]
    await asyncio.to_thread(subprocess.run, command, check=True, timeout=60)
    people = [{"name": "Ada", "shares": [{"from_s": 0.5, "to_s": 2, "file": str(film)}]}]
    sound, _ = await sound_of(people, 25, 99, is_shown=True)
    assert {node for _, node, _, _ in sound} == {user_id(0) + 512}
    assert [number for _, _, number, _ in sound] == list(range(25, 100))
    assert max(np.abs(np.frombuffer(sound[40][3], "<i2"))) > 1000


async def test_nonsense_ends_nothing() -> None:
    """A client that says nonsense over its media sockets is served on."""
    people = [{"name": "Ada", "camera": "flash"}]
    async with room_of(Words(picture="canvas"), people) as room, socket_of(room, "v") as socket:
        for message in ("{", "[]", '{"watch": 3}', '{"watch": [{"node": "x", "small": 1}, 7]}', b"\x00"):
            await socket.send(message)
        await socket.send(
            json.dumps({"watch": [{"node": 4, "small": True}, {"node": user_id(0) + 1, "small": False}]})
        )
        assert await packets_of(socket, 1)
