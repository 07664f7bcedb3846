"""The screen until tracks can be had, with recorders that say which of them ran."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Literal

import pytest

from roomtone.session.capture.model import VideoPacket
from roomtone.session.capture.recorders.until_tracks import UntilTracks
from roomtone.session.capture.recording_errors import PictureUnavailable

if TYPE_CHECKING:
    from roomtone.session.capture.recorders.port import PictureSink


class Painted:
    """A recorder whose pictures hold its name; it gives up after so many."""

    def __init__(self, kind: Literal["track", "screen"], most: int = 1_000_000) -> None:
        self.kind = kind
        self._most = most
        self.told: list[float | None] = []

    def pause(self) -> None:
        """Note it."""
        self.told.append(None)

    def resume(self, not_before_s: float) -> None:
        """Note it."""
        self.told.append(not_before_s)

    async def run(self, sink: PictureSink) -> None:
        """A picture every 10 ms."""
        for _ in range(self._most):
            sink(VideoPacket(0.0, self.kind.encode(), is_key=True))
            await asyncio.sleep(0.01)
        raise PictureUnavailable("gone", f"the {self.kind} is gone")


async def record(source: UntilTracks, seconds: float, seen: list[str], until: int = 0) -> None:
    """Run a recorder for a while, or until so many names were seen: of the pictures, each once in a row."""
    is_enough = asyncio.Event()

    def sink(packet: VideoPacket) -> None:
        name = packet.data.decode()
        if seen[-1:] != [name]:
            seen.append(name)
        if len(seen) == until:
            is_enough.set()

    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(source.run(sink), name="recorder")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(is_enough.wait(), seconds)
        running.cancel()


async def test_without_tracks_it_stays_with_the_screen():
    """A client that never has tracks is recorded from the screen alone."""
    seen: list[str] = []
    source = UntilTracks(Painted("screen"), Painted("track"), is_possible=lambda: False, warn=lambda *_: None)
    assert source.kind == "screen"
    await record(source, 0.5, seen)
    assert seen == ["screen"]


async def test_tracks_that_come_later_are_taken_and_their_loss_leads_back():
    """The better recorder is taken when it has been possible for a second, and left for good when it fails."""
    seen: list[str] = []
    warned: list[str] = []
    began_s = asyncio.get_running_loop().time()
    source = UntilTracks(
        Painted("screen"),
        Painted("track", most=10),
        is_possible=lambda: asyncio.get_running_loop().time() - began_s > 0.3,
        warn=lambda code, _: warned.append(code),
    )
    await record(source, 60, seen, until=3)
    assert seen == ["screen", "track", "screen"]
    assert warned == ["recorder_fallback"]


async def test_a_screen_that_fails_while_waiting_is_told():
    """What the first recorder raises comes out as it is, not as a group."""
    source = UntilTracks(
        Painted("screen", most=2), Painted("track"), is_possible=lambda: False, warn=lambda *_: None
    )
    with pytest.raises(PictureUnavailable, match="screen is gone"):
        await source.run(lambda _: None)


async def test_tracks_from_the_beginning_need_no_screen():
    """Where tracks are there already the screen is never asked."""
    seen: list[str] = []
    source = UntilTracks(Painted("screen"), Painted("track"), is_possible=lambda: True, warn=lambda *_: None)
    assert source.kind == "track"
    await record(source, 0.3, seen)
    assert seen == ["track"]


def test_both_are_paused():
    """Whichever gives the picture then."""
    first, better = Painted("screen"), Painted("track")
    source = UntilTracks(first, better, is_possible=lambda: False, warn=lambda *_: None)
    source.pause()
    source.resume(3.0)
    assert first.told == better.told == [None, 3.0]
