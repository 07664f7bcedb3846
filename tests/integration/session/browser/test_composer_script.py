"""The composer in a real page, over the real tap and link: what is shown, how often, when."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
import pytest
from tests.integration.session.browser.conftest import STRICT

from roomtone.session.browser.chromium import Browser, BrowserOptions, open_browser
from roomtone.session.browser.composer_script import composer_script
from roomtone.session.browser.link import PageLink
from roomtone.session.browser.link_reader import PageMessage
from roomtone.session.browser.page_scripts import tap_script
from roomtone.session.capture.model import AudioChunk, VideoPacket
from roomtone.session.capture.name_card import person_card, title_card
from roomtone.session.capture.recorders.track import scene_message
from roomtone.session.capture.scene import Scene

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.integration.session.browser.conftest import PageServer

pytestmark = pytest.mark.browser

SOURCES_JS = Path(__file__).with_name("composer_sources.js").read_text()
WAITING = Scene("placeholder", card=title_card("Weekly review", ()))


@dataclass
class Studio:
    """A page with tap and composer, and all that came of it."""

    browser: Browser
    link: PageLink
    packets: list[VideoPacket] = field(default_factory=list)
    chunks: list[AudioChunk] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)

    async def read(self) -> None:
        """Take what the link gives until cancelled."""
        async for message in self.link:
            if isinstance(message, VideoPacket):
                self.packets.append(message)
            elif isinstance(message, AudioChunk):
                self.chunks.append(message)
            elif isinstance(message, PageMessage):
                self.words.append(message.body)

    def start(self, *, hide: bool = True) -> None:
        """Start the encoder."""
        self.link.send(
            {
                "type": "video_start", "width": 1280, "height": 720, "bit_rate": 1_200_000, "min_fps": 25,
                "max_fps": 30, "key_interval_s": 2.0, "hide_page_videos": hide, "clock_us": time.monotonic() * 1e6,
            }
        )  # fmt: skip

    async def show(self, scene: Scene, seconds: float) -> tuple[float, float]:
        """Show a scene for a while; the capture clock of its order and of its end."""
        begin_s = time.monotonic()
        self.link.send(scene_message(scene))
        await asyncio.sleep(seconds)
        return begin_s, time.monotonic()

    async def camera(self, *arguments: Any) -> str:
        """A remote video track (width, height, fps, hue, flashes); its id."""
        ids: list[str] = await self.browser.page.evaluate("(a) => arrive(drawing(...a))", list(arguments))
        return ids[0]

    def faults(self) -> list[dict[str, Any]]:
        """What the page complained of."""
        return [body for body in self.words if body.get("type") == "fault"]


@pytest.fixture
async def studio(pages: PageServer) -> AsyncIterator[Studio]:
    """A studio in a page with a strict policy, as the real platforms have."""
    async with PageLink() as link:
        scripts = (tap_script(link.url, video=True), composer_script())
        async with (
            open_browser(BrowserOptions(init_scripts=scripts)) as browser,
            asyncio.TaskGroup() as tasks,
        ):
            made = Studio(browser, link)
            reading = tasks.create_task(made.read(), name="studio")
            await browser.page.goto(pages.page("/", headers=STRICT))
            await browser.page.evaluate(
                SOURCES_JS + ";Object.assign(globalThis, { drawing, arrive, beeps });"
            )
            with contextlib.ExitStack() as stack:
                stack.callback(reading.cancel)
                yield made


@dataclass(frozen=True)
class Picture:
    """A decoded picture: planes as arrays."""

    at_s: float
    luma: np.ndarray
    blue: np.ndarray
    red: np.ndarray


def decoded(packets: list[VideoPacket]) -> list[Picture]:
    """Every picture; all are 1280x720, none is missing."""
    decoder = av.CodecContext.create("h264", "r")
    pictures = []
    for packet in [*packets, None]:
        unit = None
        if packet is not None:
            unit = av.Packet(packet.data)
            unit.pts = round(packet.at_s * 1e6)
        for frame in decoder.decode(unit):
            assert isinstance(frame, av.VideoFrame)
            assert (frame.width, frame.height) == (1280, 720)
            assert frame.pts is not None
            planes = frame.to_ndarray(format="yuv420p")
            pictures.append(
                Picture(
                    frame.pts / 1e6,
                    planes[:720],
                    planes[720:900].reshape(360, 640),
                    planes[900:].reshape(360, 640),
                )
            )
    assert len(pictures) == len(packets)
    return pictures


EARLY_S = 0.2
"""A picture's clock is its camera's: the first one of a scene may have been taken so long before the order."""


def within(pictures: list[Picture], span: tuple[float, float], settle_s: float = 1.0) -> list[Picture]:
    """The pictures of a scene, without its first second, and without its last moment (see ``EARLY_S``)."""
    return [one for one in pictures if span[0] + settle_s <= one.at_s < span[1] - EARLY_S]


def rate(pictures: list[Picture]) -> float:
    """Pictures a second."""
    return (len(pictures) - 1) / (pictures[-1].at_s - pictures[0].at_s)


async def test_every_scene_is_whole_and_steady(studio: Studio):
    """Cards, cameras of other shapes and a slow share: right picture, 25-30 a second, a key frame each."""
    standard = await studio.camera(640, 480, 30, 210)
    portrait = await studio.camera(360, 640, 30, 20)
    odd = await studio.camera(641, 359, 15, 120)
    slides = await studio.camera(1280, 720, 5, 280)
    studio.start()
    spans = [
        await studio.show(WAITING, 3),
        await studio.show(Scene("camera", standard, plate="Ada Lovelace"), 3),
        await studio.show(Scene("camera", portrait, plate="محمد " + "long name " * 20), 3),
        await studio.show(Scene("share", slides), 3),
        await studio.show(Scene("camera", odd, plate="Odd"), 3),
        await studio.show(Scene("placeholder", card=person_card("Grace Hopper")), 3),
    ]
    await asyncio.sleep(0.3)
    pictures = decoded(studio.packets)
    stamps = [one.at_s for one in pictures]
    assert all(later > earlier for earlier, later in itertools.pairwise(stamps))
    for span in spans:
        shown = within(pictures, span)
        assert 24 <= rate(shown) <= 31.5, spans.index(span)
        keys = [
            packet.at_s for packet in studio.packets if packet.is_key and span[0] - EARLY_S <= packet.at_s
        ]
        assert keys[0] - span[0] < 1, "a scene begins with a key frame, soon after its order"
    keys = [packet.at_s for packet in studio.packets if packet.is_key]
    assert max(later - earlier for earlier, later in itertools.pairwise(keys)) < 2.2
    assert min(float(one.luma[200:500, 560:720].mean()) for one in pictures) > 22, "never black in between"
    assert studio.faults() == []
    _check_letterbox(within(pictures, spans[1])[-1], left=160)
    _check_letterbox(within(pictures, spans[2])[-1], left=437)
    _check_plate(within(pictures, spans[1])[-1], right_edge=(150, 400))
    _check_plate(within(pictures, spans[2])[-1], right_edge=(600, 680))
    assert float(within(pictures, spans[3])[-1].luma[640:700, 30:200].std()) < 25, "a share has no plate"


def _check_letterbox(picture: Picture, left: int) -> None:
    """Black bars of the same width on both sides, colour between them."""
    for columns in (picture.luma[:600, : left - 6], picture.luma[:600, 1280 - left + 6 :]):
        assert np.abs(columns.astype(int) - 16).mean() < 2
    assert picture.luma[:600, left + 12 : 1280 - left - 12].min() > 30
    assert np.abs(picture.blue[:300, : left // 2 - 4].astype(int) - 128).max() <= 4


def _check_plate(picture: Picture, right_edge: tuple[int, int]) -> None:
    """White letters on a dark box, bottom left, which ends between two columns."""
    box = picture.luma[650:694, 26:]
    assert box[:, :100].max() > 180
    assert np.median(box[:4, 10:100]) < 75
    dark = np.nonzero(picture.luma[650:655].mean(axis=0) < 75)[0]
    inside = dark[dark > 160] if dark.min() > 20 else dark[dark > 20]
    assert right_edge[0] < inside.max() < 1280
    bright = np.nonzero((box > 180).any(axis=0))[0]
    assert bright.max() + 26 < right_edge[1]


async def test_a_camera_is_passed_on_picture_by_picture(studio: Studio):
    """At 30 a second nothing is repeated or dropped once it runs, and the page's videos are hidden."""
    camera = await studio.camera(1280, 720, 30, 200)
    studio.start()
    await studio.browser.page.evaluate("document.body.append(document.createElement('video'))")
    hidden = "getComputedStyle(document.querySelector('video')).display"
    await studio.show(Scene("camera", camera, plate="Ada"), 2)
    before = [body for body in studio.words if body["type"] == "video_statistics"][-1]
    await studio.show(Scene("camera", camera, plate="Ada"), 4)
    after = [body for body in studio.words if body["type"] == "video_statistics"][-1]
    assert after["media_track_id"] == camera
    encoded = after["frames_encoded"] - before["frames_encoded"]
    assert encoded > 90
    assert after["frames_repeated"] - before["frames_repeated"] < encoded * 0.1
    assert after["frames_dropped"] - before["frames_dropped"] < encoded * 0.1
    assert await studio.browser.page.evaluate(hidden) == "none"
    studio.link.send({"type": "video_stop"})
    await asyncio.sleep(0.5)
    assert await studio.browser.page.evaluate(hidden) != "none"
    n_packets = len(studio.packets)
    await asyncio.sleep(0.5)
    assert len(studio.packets) == n_packets, "stopped is stopped"
    studio.start()
    await studio.show(WAITING, 1)
    assert studio.packets[n_packets].is_key, "and it can be started again"


async def test_a_source_that_freezes_or_ends_leaves_its_last_picture(studio: Studio):
    """Neither a hang-up nor a track that never comes makes the picture black or stops it."""
    camera = await studio.camera(640, 360, 30, 200)
    studio.start()
    await studio.show(Scene("camera", camera, plate="Ada"), 2)
    await studio.browser.page.evaluate("(id) => void calls[id]()", camera)
    frozen = await studio.show(Scene("camera", camera, plate="Ada"), 2)
    missing = await studio.show(Scene("camera", "no-such-track", plate="Grace"), 2)
    await asyncio.sleep(0.2)
    pictures = decoded(studio.packets)
    for span in (frozen, missing):
        shown = within(pictures, span, 0.5)
        assert 24 <= rate(shown) <= 31
        assert min(float(one.luma[:600].mean()) for one in shown) > 40
    assert [body["source_frames"] for body in studio.words if body["type"] == "video_statistics"][-1] == 0


async def test_picture_and_sound_of_one_person_share_a_clock(studio: Studio):
    """A flash and a beep that happen together are stamped within 80 ms of each other.

    The page that draws the flash adds a frame or two to it, so that this bounds the composer's own error only.
    """
    page = studio.browser.page
    ids = await page.evaluate(
        "() => arrive(new MediaStream([...drawing(640, 360, 30, 200, true).getTracks(), ...beeps().getTracks()]))"
    )
    video = await page.evaluate(
        "(ids) => arrived.find((t) => ids.includes(t.id) && t.kind === 'video').id", ids
    )
    studio.start()
    await studio.show(Scene("camera", video, plate="Ada"), 7)
    pictures = [one for one in decoded(studio.packets) if one.at_s > studio.packets[0].at_s + 1.5]
    bright = [(one.at_s, float(one.luma[200:400].mean()) > 150) for one in pictures]
    flashes = [at_s for (_, before), (at_s, now) in itertools.pairwise(bright) if now and not before]
    beeps: list[float] = []
    for chunk in studio.chunks:
        loud = np.nonzero(np.abs(chunk.samples.astype(int)) > 3000)[0]
        if loud.size and (not beeps or chunk.at_s - beeps[-1] > 0.5):
            beeps.append(chunk.at_s + int(loud[0]) / 48_000)
    offsets = [min((beep - flash for beep in beeps), key=abs) for flash in flashes]
    assert len(offsets) >= 4
    assert abs(float(np.median(offsets))) < 0.08, offsets


def test_the_script_is_one_text_that_ends_in_nothing_open():
    """Every part of the worker is in it, and no placeholder is left."""
    script = composer_script()
    assert "__COMPOSER_WORKER_SOURCE__" not in script
    for part in (
        "class Pacing",
        "class Stage",
        "class PictureEncoder",
        "function drawPlate",
        "self.onmessage",
    ):
        assert part in script
