"""Remote tracks, as the tap hears them in a real page."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.integration.session.browser.conftest import frequency_of, largest_phase_step, level_of, open_room

from roomtone.session.capture.model import TrackSource

if TYPE_CHECKING:
    from tests.integration.session.browser.conftest import PageServer, Room

pytestmark = pytest.mark.browser


async def test_each_voice_arrives_whole_and_alone(pages: PageServer, room: Room):
    """Three voices are three tracks of 48 kHz in 20 ms chunks, unbroken, none with another's tone in it."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => void await meeting(tone(500), tone(700), tone(900))")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks) == 3)
    await asyncio.sleep(1)  # the jitter buffer settles
    tracks = heard.of(TrackSource.RTC)
    sounds = await asyncio.gather(*(heard.seconds_of(track, 2) for track in tracks))
    for own_hz, sound, track in zip((500, 700, 900), sounds, tracks, strict=True):
        assert frequency_of(sound) == pytest.approx(own_hz, abs=0.6)
        assert level_of(sound, own_hz) == pytest.approx(0.25, rel=0.1)
        assert largest_phase_step(sound, own_hz) < 0.2
        for other_hz in {500, 700, 900} - {own_hz}:
            assert level_of(sound, other_hz) < 0.005
        chunks = heard.chunks[track]
        assert {len(chunk.samples) for chunk in chunks} == {960}
        assert [chunk.first_sample for chunk in chunks] == [960 * n for n in range(len(chunks))]
        steps_s = np.diff([chunk.at_s for chunk in chunks])
        assert np.abs(steps_s - 0.02).max() < 0.005
    assert len({one.stream_id for one in heard.opened}) == 3
    assert heard.said("hello")[0]["transport"] == "shared_worker"
    assert heard.said("fault") == []


async def test_stamps_are_of_the_machines_monotonic_clock(pages: PageServer, room: Room):
    """A chunk is stamped within 150 ms before it arrives, without correction by the session.

    Judged when the page has asked for the time as often as it does at first, in two seconds.
    """
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => void await meeting(tone(500))")
    heard = room.heard
    await heard.until(lambda: heard.chunks)
    await heard.seconds_of(1, 2.5)
    ages_s = []
    for _ in range(50):
        await heard.seconds_of(1, 0.02)
        ages_s.append(time.monotonic() - heard.chunks[1][-1].at_s)
    assert min(ages_s) > 0
    assert np.median(ages_s) < 0.15
    assert room.link.counts == {"bad_messages": 0, "unknown_track_messages": 0, "corrected_stamps": 0}


async def test_silence_is_kept_as_time(pages: PageServer, room: Room):
    """A voice that is muted goes on as zeros, and comes back at full level."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => { globalThis.call = await meeting(tone(500)); }")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 25)
    await room.page.evaluate("() => { call.sender.getSenders()[0].track.enabled = false; }")
    await asyncio.sleep(1)
    assert np.abs(await heard.seconds_of(1, 0.5)).max() < 0.002
    await room.page.evaluate("() => call.sender.getSenders()[0].replaceTrack(null)")
    await asyncio.sleep(1)
    assert np.abs(await heard.seconds_of(1, 0.5)).max() < 0.002
    await room.page.evaluate("() => call.sender.getSenders()[0].replaceTrack(tone(800).getAudioTracks()[0])")
    await asyncio.sleep(1)
    assert frequency_of(await heard.seconds_of(1, 1)) == pytest.approx(800, abs=1.1)
    assert [chunk.first_sample for chunk in heard.chunks[1]] == [960 * n for n in range(len(heard.chunks[1]))]
    assert np.diff([chunk.at_s for chunk in heard.chunks[1]]).max() < 0.15


async def test_a_voice_that_comes_late_is_heard_and_leaves_with_its_connection(pages: PageServer, room: Room):
    """A track added later opens then; closing the connection closes both."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => { globalThis.call = await meeting(tone(500)); }")
    heard = room.heard
    await heard.until(lambda: heard.chunks)
    await room.page.evaluate("""async () => {
        const late = tone(1200);
        call.sender.addTrack(late.getAudioTracks()[0], late);
        await negotiate(call.sender, call.receiver);
    }""")
    await heard.until(lambda: 2 in heard.chunks)
    await asyncio.sleep(0.5)
    assert frequency_of(await heard.seconds_of(2, 1)) == pytest.approx(1200, abs=1.1)
    await room.page.evaluate("() => void call.hangUp()")
    await heard.until(lambda: {one.track for one in heard.closed} == {1, 2})


async def test_a_busy_page_does_not_stop_the_sound(pages: PageServer, room: Room):
    """While the page's main thread is blocked for two seconds, chunks go on arriving."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => void await meeting(tone(500))")
    heard = room.heard
    await heard.until(lambda: len(heard.chunks.get(1, [])) > 25)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(
            room.page.evaluate(
                "() => { const end = performance.now() + 2000; while (performance.now() < end); }"
            ),
            name="busy",
        )
        await asyncio.sleep(0.3)
        before = len(heard.chunks[1])
        await asyncio.sleep(1.5)
        assert len(heard.chunks[1]) - before > 65


async def test_pictures_are_announced(pages: PageServer, room: Room):
    """A remote video track is told with its stream, and is not touched."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => { globalThis.call = await meeting(picture()); }")
    await room.heard.until(lambda: room.heard.of(TrackSource.RTC, "video"))
    stream_id = await room.page.evaluate("() => call.streams[0].id")
    assert room.heard.opened[0].stream_id == stream_id
    assert room.heard.chunks == {}


@pytest.mark.parametrize("how", ["answer", "offer", "offer_to_receive"])
async def test_without_video_nothing_is_decoded(pages: PageServer, how: str):
    """With video refused its lines are negotiated inactive, no frame is decoded, and the voice is heard."""
    start = {
        "answer": "globalThis.call = await meeting(tone(500), picture());",
        "offer": """
            globalThis.call = connect();
            for (const stream of [tone(500), picture()])
              for (const track of stream.getTracks()) call.sender.addTrack(track, stream);
            call.receiver.addTransceiver('audio', {direction: 'recvonly'});
            call.receiver.addTransceiver('video', {direction: 'recvonly'});
            await negotiate(call.receiver, call.sender);""",
        "offer_to_receive": """
            globalThis.call = connect();
            for (const stream of [tone(500), picture()])
              for (const track of stream.getTracks()) call.sender.addTrack(track, stream);
            const offer = await call.receiver.createOffer({offerToReceiveAudio: true, offerToReceiveVideo: true});
            await call.receiver.setLocalDescription(offer);
            await call.sender.setRemoteDescription(offer);
            await call.sender.setLocalDescription();
            await call.receiver.setRemoteDescription(call.sender.localDescription);""",
    }[how]
    async with open_room(video=False) as room:
        await room.page.goto(pages.page("/"))
        await room.page.evaluate(f"async () => {{ {start} }}")
        await room.heard.until(lambda: len(room.heard.chunks.get(1, [])) > 60)
        directions = await room.page.evaluate("""() => call.receiver.getTransceivers()
            .filter((one) => one.receiver.track.kind === 'video').map((one) => one.currentDirection)""")
        decoded = await room.page.evaluate("""async () => [...(await call.receiver.getStats()).values()]
            .filter((one) => one.type === 'inbound-rtp' && one.kind === 'video').map((one) => one.framesDecoded)""")
        assert directions == ["inactive"]
        assert [count for count in decoded if count] == []
        assert [one.kind for one in room.heard.opened] == ["audio"]


async def test_statistics_count_what_was_concealed(pages: PageServer, room: Room):
    """Every few seconds the counts of each track arrive under the session's number of it."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate("async () => void await meeting(tone(500))")
    await room.heard.until(lambda: len(room.heard.said("statistics")) >= 2, 20)
    told = room.heard.said("statistics")[-1]
    assert told["link"]["dropped_audio"] == 0
    [track] = told["tracks"]
    assert track["track"] == room.heard.opened[0].track
    assert track["total_samples_received"] > 48000
    assert track["concealed_samples"] >= 0
    assert track["jitter_buffer_delay_s"] > 0
