"""The bot's microphone in a real page: what pages get for it, what of it is heard, and what is told back."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.integration.session.browser.conftest import frequency_of, level_of, open_room

from roomtone.session.browser.link_messages import VoiceMessage, write_voice
from roomtone.session.capture.model import TrackSource

if TYPE_CHECKING:
    from tests.integration.session.browser.conftest import PageServer, Room

pytestmark = pytest.mark.browser

TONE_HZ = 700


def voice(seconds: float) -> np.ndarray:
    """A tone of a quarter of full scale."""
    at = np.arange(round(seconds * 48_000)) / 48_000
    return np.round(8192 * np.sin(2 * np.pi * TONE_HZ * at)).astype(np.int16)


async def say(room: Room, samples: np.ndarray, turn: int = 1, lead_s: float = 0.16) -> None:
    """Send sound as the session does: in pieces, a little ahead of their time."""
    began_s = time.monotonic()
    for position in range(0, len(samples), 960):
        piece = samples[position : position + 960]
        room.link.send_binary(write_voice(VoiceMessage(turn, position, piece)))
        await asyncio.sleep(max(0.0, began_s + position / 48_000 - lead_s - time.monotonic()))


def states(room: Room) -> list[dict[str, Any]]:
    """What the page told of its microphone."""
    return room.heard.said("voice")


async def test_it_looks_like_a_microphone_and_says_what_it_is(pages: PageServer, room: Room):
    """One device among the inputs, in a frame too; asked for often, stopped, cloned, and by names."""
    room_page = room.page
    await room_page.goto(pages.page("/", '<iframe src="/inner"></iframe>'))
    pages.page("/inner")
    told = await room_page.evaluate(
        """async () => {
          const devices = navigator.mediaDevices;
          const inputs = (await devices.enumerateDevices()).filter(({ kind }) => kind === "audioinput");
          const stream = await devices.getUserMedia({ audio: true, video: true });
          const [track] = stream.getAudioTracks();
          await track.applyConstraints({ echoCancellation: true });
          const copy = track.clone();
          track.stop();
          const named = await devices.getUserMedia({ audio: { deviceId: { exact: inputs[0].deviceId } } });
          const refused = await devices.getUserMedia({ audio: { deviceId: { exact: "other" } } })
            .catch((problem) => [problem.name, problem.constraint]);
          const old = await new Promise((done, failed) => navigator.webkitGetUserMedia({ audio: true }, done, failed));
          return {
            inputs: inputs.map((one) => [one.label, one instanceof MediaDeviceInfo, JSON.stringify(one)]),
            tracks: [stream.getAudioTracks().length, stream.getVideoTracks().length],
            label: track.label, kind: track.kind, states: [track.readyState, copy.readyState],
            settings: copy.getSettings(), rates: track.getCapabilities().sampleRate,
            constraints: track.getConstraints(), copyLabel: stream.clone().getAudioTracks()[0].label,
            named: named.getAudioTracks()[0].readyState, refused,
            old: old.getAudioTracks()[0].label,
          };
        }"""
    )
    ((label, is_device, as_json),) = told["inputs"]
    assert "virtual microphone (bot)" in label
    assert is_device
    assert label in as_json
    assert told["tracks"] == [1, 1]
    assert told["label"] == told["copyLabel"] == told["old"] == label
    assert (told["kind"], told["states"], told["named"]) == ("audio", ["ended", "live"], "live")
    assert (told["settings"]["sampleRate"], told["settings"]["echoCancellation"]) == (48000, False)
    assert told["rates"] == {"min": 48000, "max": 48000}
    assert told["constraints"] == {"echoCancellation": True}
    assert told["refused"] == ["OverconstrainedError", "deviceId"]
    inner = room_page.frames[1]
    got = "async () => (await navigator.mediaDevices.getUserMedia({audio: true})).getAudioTracks()[0].label"
    assert await inner.evaluate(got) == label
    assert await room_page.evaluate("navigator.mediaDevices.getUserMedia.toString()") == (
        "function () { [native code] }"
    )
    assert room.heard.said("fault") == []


async def test_what_the_bot_says_is_heard_once_and_told_back(pages: PageServer, room: Room):
    """A listener gets it; the session gets it as a track of its own, from when it was played; nobody else's."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate(
        "async () => void await meeting(await navigator.mediaDevices.getUserMedia({ audio: true }))"
    )
    heard = room.heard
    await heard.until(lambda: heard.of(TrackSource.RTC) and states(room))
    (listener,) = heard.of(TrackSource.RTC)
    await heard.until(lambda: len(heard.chunks.get(listener, [])) > 25)
    assert heard.of(TrackSource.OWN) == []
    began_s = time.monotonic()
    saying = voice(1.5)
    await say(room, saying)
    await heard.until(lambda: heard.closed)
    (own,) = heard.of(TrackSource.OWN)
    assert [one.track for one in heard.closed] == [own]
    played = np.concatenate([one.samples for one in heard.chunks[own]])
    assert np.array_equal(played[: len(saying)], saying)
    assert not played[len(saying) :].any()
    assert -0.05 < heard.chunks[own][0].at_s - began_s < 1.0
    received = np.concatenate([one.samples for one in heard.chunks[listener]]) / 32768
    loud = np.flatnonzero(np.abs(received) > 0.1)
    middle = received[loud[0] + 24_000 :][:24_000]
    assert frequency_of(middle) == pytest.approx(TONE_HZ, abs=2)
    assert level_of(middle, TONE_HZ) == pytest.approx(0.25, rel=0.2)
    assert len(heard.of(TrackSource.RTC)) == 1
    assert [one["state"] for one in states(room)][:2] == ["held", "begun"]
    assert states(room)[-1] == {
        "type": "voice", "turn": 1, "played": len(saying), "state": "ended", "open": True
    }  # fmt: skip
    assert heard.said("fault") == []


async def test_an_interruption_and_a_mute_are_heard_at_once(pages: PageServer, room: Room):
    """Nothing of the turn that was stopped is played any more, the next one is; muted, silence is told back."""
    await room.page.goto(pages.page("/"))
    await room.page.evaluate(
        "async () => { globalThis.mic = (await navigator.mediaDevices.getUserMedia({audio: true})).getAudioTracks()[0]; }"
    )
    heard = room.heard
    await heard.until(lambda: states(room))
    await say(room, voice(0.5))
    room.link.send({"type": "voice_stop", "turn": 1})
    await say(room, voice(0.2), turn=1)
    await heard.until(lambda: heard.closed)
    stopped = next(one for one in states(room) if one["state"] == "stopped")
    assert stopped["played"] < 24_000
    (own,) = heard.of(TrackSource.OWN)
    played = np.concatenate([one.samples for one in heard.chunks[own]])
    assert np.count_nonzero(np.abs(played) > 100) <= 24_000
    assert states(room)[-1]["played"] == stopped["played"]

    await room.page.evaluate("() => { mic.enabled = false; }")
    await say(room, voice(0.6), turn=2)
    await heard.until(lambda: len(heard.closed) == 2)
    muted = np.concatenate([one.samples for one in heard.chunks[heard.of(TrackSource.OWN)[1]]])
    assert not muted[9600:].any()
    assert states(room)[-1]["open"] is False

    await room.page.evaluate("() => mic.stop()")
    await heard.until(lambda: states(room)[-1]["state"] == "let_go")
    await say(room, voice(0.1), turn=3)
    await room.page.evaluate("async () => { await navigator.mediaDevices.getUserMedia({audio: true}); }")
    await say(room, voice(0.1), turn=4)
    await heard.until(lambda: len(heard.closed) == 3)
    assert {one["turn"] for one in states(room) if one["state"] == "begun"} == {1, 2, 4}


async def test_a_page_without_generators_keeps_its_own_microphone(pages: PageServer):
    """Another browser may have none: nothing is changed then."""
    async with open_room(before=("delete globalThis.MediaStreamTrackGenerator;",)) as room:
        await room.page.goto(pages.page("/"))
        label = await room.page.evaluate(
            "async () => (await navigator.mediaDevices.getUserMedia({audio: true})).getAudioTracks()[0].label"
        )
        assert "bot" not in label
