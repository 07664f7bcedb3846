"""Participants' own pictures in a real page, over the real tap and link, into files that play."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest
from tests.integration.session.browser.conftest import STRICT

from roomtone.bot.stream_manifest import STREAMS_FOLDER, STREAMS_MANIFEST, StreamSegment, read_manifest
from roomtone.session.browser.chromium import BrowserOptions, open_browser
from roomtone.session.browser.link import PageLink
from roomtone.session.browser.link_reader import PageMessage
from roomtone.session.browser.page_scripts import tap_script
from roomtone.session.browser.stream_script import stream_script
from roomtone.session.capture.model import (
    ParticipantJoined,
    StreamPicture,
    TrackClosed,
    TrackOpened,
    TrackOwner,
)
from roomtone.session.capture.streams.participant_streams import ParticipantStreams

if TYPE_CHECKING:
    from tests.integration.session.browser.conftest import PageServer

pytestmark = pytest.mark.browser

SOURCES_JS = Path(__file__).with_name("composer_sources.js").read_text()
RED, GREEN = 0, 120


async def read(link: PageLink, streams: ParticipantStreams, faults: list[dict[str, Any]]) -> None:
    """Give the streams what the link gives, until cancelled."""
    async for message in link:
        if isinstance(message, StreamPicture):
            streams.on_picture(message)
        elif isinstance(message, TrackOpened | TrackClosed):
            streams.take(message)
        elif isinstance(message, PageMessage):
            streams.on_page_message(message.body)
            if message.type == "fault":
                faults.append(message.body)


def look(folder: Path, segment: StreamSegment) -> tuple[tuple[int, int], float, float, tuple[int, int, int]]:
    """Size, length in seconds, pictures a second, and the colour in the middle of the last picture."""
    with av.open(str(folder / STREAMS_FOLDER / segment.file)) as container:
        assert container.streams.video[0].codec_context.name == "vp8"
        frames = list(container.decode(video=0))
    length_s = (frames[-1].time or 0.0) - (frames[0].time or 0.0)
    last = frames[-1].to_ndarray(format="rgb24")
    r, g, b = last[last.shape[0] // 2, 10]
    return (
        (frames[0].width, frames[0].height),
        length_s,
        (len(frames) - 1) / length_s,
        (int(r), int(g), int(b)),
    )


async def test_each_participants_picture_is_a_file(pages: PageServer, tmp_path: Path):
    """Two cameras are two VP8 files in their place in time, at 15 a second; a pause begins new ones."""
    faults: list[dict[str, Any]] = []
    warnings: list[tuple[str, str]] = []
    async with PageLink() as link:
        start_s = time.monotonic()
        streams = ParticipantStreams(
            tmp_path,
            audio=False,
            video=True,
            send=link.send,
            start_s=start_s,
            warn=lambda code, message: warnings.append((code, message)),
        )
        scripts = (tap_script(link.url, video=True), stream_script())
        async with (
            open_browser(BrowserOptions(init_scripts=scripts)) as browser,
            asyncio.TaskGroup() as tasks,
        ):
            reading = tasks.create_task(read(link, streams, faults), name="read")
            page = browser.page
            await page.goto(pages.page("/", headers=STRICT))
            await page.evaluate(SOURCES_JS + ";Object.assign(globalThis, { drawing, arrive });")
            sizes = {"ada": (640, 360, 30, RED), "grace": (320, 240, 10, GREEN)}
            for name, camera in sizes.items():
                streams.take(ParticipantJoined(name, name.title(), time.monotonic()))
                (track,) = await page.evaluate("(a) => arrive(drawing(...a))", list(camera))
                streams.take(TrackOwner(name, "camera", time.monotonic(), media_track_id=track, kind="video"))
            begun_s = time.monotonic() - start_s
            await asyncio.sleep(2.5)
            assert streams.video is not None
            streams.video.pause()
            await asyncio.sleep(0.5)
            streams.video.resume()
            await asyncio.sleep(1.5)
            streams.stop()
            reading.cancel()
        assert await asyncio.to_thread(streams.close)
    assert (faults, warnings) == ([], [])
    with (tmp_path / STREAMS_MANIFEST).open(encoding="utf-8") as lines:
        made = read_manifest(lines)
    assert sorted(one.name for one in made) == ["Ada", "Ada", "Grace", "Grace"]
    for segment in made:
        size, length_s, fps, (red, green, _) = look(tmp_path, segment)
        width, height, source_fps, _hue = sizes[segment.participant_id]
        assert size == (width, height)
        assert 0.8 * min(15, source_fps) < fps < 16.5
        assert (red > green) == (segment.participant_id == "ada")
        assert segment.samples is not None
        assert abs(segment.samples / 48_000 - length_s) < 0.2
    first = [one for one in made if one.participant_id == "ada"]
    assert begun_s - 1.5 < first[0].start_sample / 48_000 < begun_s + 1.0
    assert first[0].samples is not None
    assert first[1].start_sample > first[0].start_sample + first[0].samples + 0.4 * 48_000
